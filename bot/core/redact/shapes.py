"""Tokens that show what they are by themselves, wherever they stand.

What stands in a pattern's groups stays, before and after the secret.
"""

from __future__ import annotations

from collections.abc import Mapping

KEY = "[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
SHAPES: Mapping[str, str] = {
    "bearer": r"((?i:\b(?:bearer|basic|negotiate))[ \t]+)[A-Za-z0-9._~+/=-]{0,40}[A-Z0-9._~+/=-][A-Za-z0-9._~+/=-]{11,}",
    "url": r"([a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/:@\"'<>]{0,100}:)(?:[^\s/@\"'<>*$%{]|%[0-9A-Fa-f]{2}|[$][^\s{])[^\s/@\"'<>]{0,200}(@)",
    "database's url": r"((?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|ftp|smtps?|ldaps?)"
    r"(?:\+[a-z0-9]+)?://[^\s/:@\"'<>]{0,100}:)(?:[^\s\"'0-9*$%{@]|\*[^\s*@]|\d+[^\s\"'0-9/@])[^\s\"']{0,200}(@)",
    "token in a url": r"(https?://)[A-Za-z0-9_-]{24,}(@)",
    "key by its name": r"(\b(?:id_(?:rsa|ed25519|ecdsa|dsa)|tls\.key)\"?: \"?)[A-Za-z0-9+/=]{40,}",
    "jwk": r"(\"(?:d|dp|dq|qi|k)\": ?\")[A-Za-z0-9_-]{32,}(\")",
    "url in percent": r"((?i:%3A%2F%2F[^%\s]{0,60}%3A))[^%\s]{1,200}((?i:%40))",
    "oracle": r"((?:jdbc:oracle:[a-z]+:|\bsqlplus[ \t]+)[^\s/@:]{1,60}/)[^\s@]{1,100}(@)",
    "go dsn": r"(\b[\w.-]{1,60}:)[^\s\"'/]{1,100}(@(?:tcp|unix)\()",
    "sql": r"((?i:\bidentified(?: with \S+)? by(?: password)? )['\"])[^'\"\n]*(['\"])",
    "sql without quotes": r"((?i:\bidentified by ))[A-Za-z0-9_!@#$%^&*.-]{4,}(;|$)",
    "client, quoted": r"((?:\bsshpass[ \t]+-p[ \t]*|\b(?:redis|valkey)-cli\b[^\n|;&]{0,100}[ \t](?:-a|--pass)[ \t]+|\b(?:mysql(?:dump|admin|import)?|mariadb(?:-dump|-admin|-import)?)\b[^\n|;&]{0,100}[ \t]-p)')"
    r"[^'\n]+(')",
    "told once": r"((?:Unseal|Recovery) Key \d{1,2}: |password is generated for [^\s:]{1,100}: |generated security password: )\S+",
    "client": r"((?:\bsshpass[ \t]+-p[ \t]*|\b(?:redis|valkey)-cli\b[^\n|;&]{0,100}[ \t](?:-a|--pass)[ \t]+|\b(?:docker|az|helm)[ \t][^\n|;&]{0,40}\blogin\b[^\n|;&]{0,100}[ \t]-p[ \t]+|\bldap[a-z]{3,9}\b[^\n|;&]{0,200}[ \t]-w[ \t]+"
    r"|\bsqlcmd\b[^\n|;&]{0,100}[ \t]-P[ \t]+|\bmongo(?:sh|dump|restore|export|import)?\b[^\n|;&]{0,100}[ \t]-p[ \t]+"
    r"|\b(?:mysql(?:dump|admin|import)?|mariadb(?:-dump|-admin|-import)?)\b[^\n|;&]{0,100}[ \t]-p))[^\s'\"$]{3,}",
    "netrc": r"((?:^|\s)machine[ \t]+\S+[ \t]+(?:login[ \t]+\S+[ \t]+)?password[ \t]+)\S+",
    "authentication": r"((?:^|[>:][ \t])AUTH[ \t]+(?:PLAIN|LOGIN|XOAUTH2)[ \t]+)[A-Za-z0-9+/=]{8,}",
    "redis": r"((?:^|> |\] )AUTH[ \t]+(?:[a-z][a-z0-9_-]*[ \t]+)?)[^\s\"]*[0-9][^\s\"]*$",
    "redis, quoted": r"(\"AUTH\"[ \t]+(?:\"[a-z][a-z0-9_-]*\"[ \t]+)?\")[^\s\"]+(\"$)",
    "session": r"((?i:\b(?:jsessionid|phpsessid|asp\.net_sessionid|aspsessionid[a-z]*|connect\.sid|laravel_session|_session_id)=))"
    r"[^\s;&,\"'<>]{8,}",
    "code": r"([?&](?:code|ticket|assertion|client_assertion|SAMLResponse)=)[A-Za-z0-9._~%+/=-]{20,}",
    "key in base64": r"\bLS0tLS1CRUdJTi(?:BSU0EgUFJJVkFURS|BQUklWQVRFIEtFW|BFQyBQUklWQVRF|BPUEVOU1NIIFBSSVZBVEU)[A-Za-z0-9+/=]{20,}",
    "jwt": r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}",
    "aws": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "github": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
    "gitlab": r"\bgl(?:pat|ptt|rt|dt|soat|ft|imt|agent|cbt)-[A-Za-z0-9_-]{20,}",
    "slack": r"\bxox[abceprs]-[A-Za-z0-9-]{10,}|\bxapp-[A-Za-z0-9-]{10,}"
    r"|https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,}",
    "google": r"\bAIza[A-Za-z0-9_-]{35}|\bya29\.[A-Za-z0-9_-]{20,}|\bGOCSPX-[A-Za-z0-9_-]{20,}",
    "stripe": r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9+/=]{24,}",
    "npm": r"\bnpm_[A-Za-z0-9]{36}",
    "pypi": r"\bpypi-[A-Za-z0-9_-]{40,}",
    "docker": r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}",
    "openai": r"\bsk-(?:proj-|svcacct-|ant-)?[A-Za-z0-9_-]{20,}",
    "digitalocean": r"\bdo[opr]_v1_[a-f0-9]{64}",
    "sendgrid": r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    "twilio": r"\b(?:AC|SK)[a-f0-9]{32}\b",
    "mailgun": r"\bkey-[a-f0-9]{32}\b",
    "vault": r"\bhv[sbr]\.[A-Za-z0-9_-]{20,}|\bs\.[A-Za-z0-9]{24}\b",
    "databricks": r"\bdapi[a-f0-9]{32}\b",
    "grafana": r"\bgl(?:sa|c)_[A-Za-z0-9_=+/]{32,}",
    "shopify": r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
    "telegram": r"(?:\bbot|\b)[0-9]{8,10}:AA[A-Za-z0-9_-]{32,}",
    "azure": r"((?i:AccountKey|SharedAccessKey|\bsig)=)[A-Za-z0-9+/%=]{20,}",
    "age": r"\bAGE-SECRET-KEY-1[A-Z0-9]{58}",
    "terraform": r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}",
    "new relic": r"\bNRAK-[A-Z0-9]{27}",
    "linear": r"\blin_api_[A-Za-z0-9]{40}",
    "notion": r"\b(?:secret|ntn)_[A-Za-z0-9]{43,}",
    "huggingface": r"\bhf_[A-Za-z0-9]{34,}",
    "doppler": r"\bdp\.(?:pt|st|ct|sa)\.[A-Za-z0-9._-]{40,}",
    "postman": r"\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}",
    "rubygems": r"\brubygems_[a-f0-9]{48}",
    "others": r"\bATATT3[A-Za-z0-9_=-]{40,}|\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{20,}|\bsntry[su]_[A-Za-z0-9_=+/-]{30,}"
    r"|\btskey-[a-z]+-[A-Za-z0-9-]{16,}|\bgsk_[A-Za-z0-9]{40,}|\bpplx-[A-Za-z0-9]{32,}|\br8_[A-Za-z0-9]{32,}"
    r"|\bsbp_[a-f0-9]{40}|\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}|\bfigd_[A-Za-z0-9_-]{36,}|\bxkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}"
    r"|\bpul-[a-f0-9]{40}|\bnfp_[A-Za-z0-9]{32,}|\bsq0(?:atp|csp)-[A-Za-z0-9_-]{20,}|\bbkua_[a-f0-9]{40}|\bsq[uap]_[a-f0-9]{40}",
    "key on one line": rf"(-----BEGIN {KEY})[^\n]*?(-----END {KEY})",
}
