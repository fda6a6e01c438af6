package main

import (
	"context"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/dns/dnsmessage"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	zone    = ".svc.cluster.local."
	seconds = 5
)

// newDNSCommand answers for services' names, which is what a pod asks for. It knows no other: no network is behind it.
func newDNSCommand() *cobra.Command {
	var kubeconfig, address string
	command := &cobra.Command{Use: "dns", RunE: func(*cobra.Command, []string) error {
		config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
		if err != nil {
			return err
		}
		config.QPS = -1 // each question is a call: the client shall not hold them back
		cluster, err := kubernetes.NewForConfig(config)
		if err != nil {
			return err
		}
		socket, err := net.ListenPacket("udp4", address)
		if err != nil {
			return err
		}
		packet := make([]byte, 4096)
		for {
			size, from, err := socket.ReadFrom(packet)
			if err != nil {
				return err
			}
			question := append([]byte(nil), packet[:size]...)
			go func() {
				if reply, err := answer(cluster, question); err == nil {
					_, _ = socket.WriteTo(reply, from)
				}
			}()
		}
	}}
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "who asks the API server")
	command.Flags().StringVar(&address, "address", "", "where to listen: host:port")
	return command
}

func answer(cluster kubernetes.Interface, packet []byte) ([]byte, error) {
	var message dnsmessage.Message
	if err := message.Unpack(packet); err != nil || len(message.Questions) != 1 {
		return nil, err
	}
	question := message.Questions[0]
	message.Response, message.Authoritative, message.RecursionAvailable = true, true, true
	message.Additionals = nil
	addresses, known := find(cluster, strings.ToLower(question.Name.String()))
	if !known {
		message.RCode = dnsmessage.RCodeNameError
	}
	if question.Type != dnsmessage.TypeA {
		addresses = nil
	}
	for _, address := range addresses {
		if ip := net.ParseIP(address).To4(); ip != nil {
			header := dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET, TTL: seconds}
			body := &dnsmessage.AResource{A: [4]byte(ip)}
			message.Answers = append(message.Answers, dnsmessage.Resource{Header: header, Body: body})
		}
	}
	return message.Pack()
}

// find gives a service's address, or its pods' where it has none of its own.
func find(cluster kubernetes.Interface, name string) ([]string, bool) {
	parts := strings.Split(strings.TrimSuffix(name, zone), ".")
	if !strings.HasSuffix(name, zone) || len(parts) != 2 {
		return nil, false
	}
	ctx, cancel := context.WithTimeout(context.Background(), seconds*time.Second)
	defer cancel()
	service, err := cluster.CoreV1().Services(parts[1]).Get(ctx, parts[0], metav1.GetOptions{ResourceVersion: "0"})
	if err != nil {
		return nil, false
	}
	if service.Spec.ClusterIP != "None" {
		return []string{service.Spec.ClusterIP}, true
	}
	options := metav1.ListOptions{LabelSelector: "kubernetes.io/service-name=" + parts[0], ResourceVersion: "0"}
	slices, err := cluster.DiscoveryV1().EndpointSlices(parts[1]).List(ctx, options)
	if err != nil {
		return nil, false
	}
	var addresses []string
	for _, slice := range slices.Items {
		for _, endpoint := range slice.Endpoints {
			if endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready {
				addresses = append(addresses, endpoint.Addresses...)
			}
		}
	}
	return addresses, true
}
