"""A chart as a PNG, as wide as a phone shows it well."""

from __future__ import annotations

import io

from bot.core.output import Chart

_INCHES_WIDE, _INCHES_A_PANEL, _DPI = 7.0, 2.1, 130


def draw(chart: Chart) -> bytes:
    """Panels under each other over one time axis in seconds. Uses no global state: safe in a worker thread."""
    # Imported with the first chart: it takes longer than everything else that the bot imports at start.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_INCHES_WIDE, 0.6 + _INCHES_A_PANEL * len(chart.panels)), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(chart.panels), 1, sharex=True, squeeze=False)[:, 0]
    for axis, panel in zip(axes, chart.panels, strict=True):
        for name, points in panel.series.items():
            seconds, values = [at for at, _ in points], [value for _, value in points]
            axis.plot(seconds, values, label=name, marker="." if len(points) < 30 else None)
        axis.set_ylabel(panel.label, fontsize=8)
        axis.set_ylim(bottom=0)
        axis.grid(visible=True, alpha=0.3)
        axis.tick_params(labelsize=8)
    axes[-1].set_xlabel("seconds", fontsize=8)
    if axes[0].get_legend_handles_labels()[0]:
        axes[0].legend(fontsize=7, loc="upper left", ncols=2)
    figure.suptitle(chart.title[:90], fontsize=9)
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
