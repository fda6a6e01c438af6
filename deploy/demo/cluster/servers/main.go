// Command servers is a whole Kubernetes cluster in one program: `servers kube-apiserver …`, `servers etcd …`.
//
// It links what upstream builds one by one, so that it is built once, from the module proxy, and cached.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
	metrics "sigs.k8s.io/metrics-server/cmd/metrics-server/app"
)

var servers = map[string]func() *cobra.Command{
	"kube-apiserver":          apiserver.NewAPIServerCommand,
	"kube-controller-manager": controllers.NewControllerManagerCommand,
	"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	"kube-proxy":              proxy.NewProxyCommand,
	"kubelet":                 func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) },
	"metrics-server":          func() *cobra.Command { return metrics.NewMetricsServerCommand(genericapiserver.SetupSignalHandler()) },
	"kubectl":                 kubectl.NewDefaultKubectlCommand,
	"dns":                     newDNSCommand,
}

// main runs the program that its own name or its first argument says.
func main() {
	args := os.Args
	name := filepath.Base(args[0])
	if servers[name] == nil && name != "etcd" && len(args) > 1 {
		args = args[1:]
		name = args[0]
	}
	os.Args = args
	if name == "etcd" {
		etcdmain.Main(args)
		return
	}
	command, known := servers[name]
	if !known {
		fmt.Fprintf(os.Stderr, "servers: %q is none of mine\n", name)
		os.Exit(2)
	}
	os.Exit(cli.Run(command()))
}
