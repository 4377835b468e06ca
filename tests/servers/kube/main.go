// Command kube is a Kubernetes control plane for tests in one process: an embedded etcd, the real
// kube-apiserver with RBAC on, and the TLS end of as many kubelets as the tests describe.
//
//	kube up [-rm] DIR [kube-apiserver flags]   serve until SIGTERM, or until standard input, if it is a pipe, closes
//	kube version
//
// With -rm, DIR is removed at the end, unless an error ended it: a test that was killed leaves nothing behind.
// DIR receives the certificates, the etcd data, tokens.csv (read at start: token,user,uid,"group,…";
// written when absent), kubeconfig (system:masters) and kubelets/ (see kubelets.go). When the server is
// ready, one JSON line on standard output names its addresses.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/pflag"
	"go.etcd.io/etcd/server/v3/embed"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/client-go/rest"
	"k8s.io/component-base/version"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"
)

func main() {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "version":
		fmt.Println(version.Get().GitVersion)
	case len(os.Args) >= 4 && os.Args[1] == "up" && os.Args[2] == "-rm":
		serve(os.Args[3], os.Args[4:])
		os.RemoveAll(os.Args[3])
	case len(os.Args) >= 3 && os.Args[1] == "up":
		serve(os.Args[2], os.Args[3:])
	default:
		fmt.Fprintln(os.Stderr, "usage: kube up [-rm] DIR [kube-apiserver flags] | kube version")
		os.Exit(2)
	}
}

func serve(dir string, flags []string) {
	if err := up(dir, flags); err != nil {
		fmt.Fprintln(os.Stderr, "kube up:", err)
		os.Exit(1)
	}
}

func up(dir string, flags []string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if in, err := os.Stdin.Stat(); err == nil && in.Mode()&os.ModeNamedPipe != 0 {
		go func() { // the caller's end of the pipe closes when the caller dies, however it dies
			io.Copy(io.Discard, os.Stdin)
			stop()
		}()
	}
	ca, err := writeCredentials(dir)
	if err != nil {
		return err
	}
	etcd, err := startEtcd(filepath.Join(dir, "etcd"))
	if err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	defer etcd.Close()
	if err := serveKubelets(dir, ca); err != nil {
		return fmt.Errorf("kubelets: %w", err)
	}
	direct, stranger, err := serveDirect(dir, ca)
	if err != nil {
		return fmt.Errorf("kubelets: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	addresses := map[string]string{
		"server":     "https://" + listener.Addr().String(),
		"etcd":       "http://" + etcd.Clients[0].Addr().String(),
		"ca":         filepath.Join(dir, "ca.crt"),
		"kubeconfig": filepath.Join(dir, "kubeconfig"),
		"kubelet":    direct,
		"stranger":   stranger,
	}
	if err := writeKubeconfig(addresses, "admin-token"); err != nil {
		return err
	}
	go func() {
		ready, cancel := context.WithTimeout(ctx, 2*time.Minute)
		defer cancel()
		if waitReady(ready, addresses["server"], ca) == nil {
			json.NewEncoder(os.Stdout).Encode(addresses)
		} else if ctx.Err() == nil { // whoever waits for the line must not wait for ever
			fmt.Fprintln(os.Stderr, "kube up: not ready after 2 minutes")
			os.Exit(1)
		}
	}()
	file := func(name string) string { return filepath.Join(dir, name) }
	return serveAPI(ctx, listener, append([]string{
		"--etcd-servers=" + addresses["etcd"],
		"--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none",
		"--service-cluster-ip-range=172.20.0.0/16",
		"--tls-cert-file=" + file("apiserver.crt"), "--tls-private-key-file=" + file("apiserver.key"),
		"--client-ca-file=" + file("ca.crt"), "--token-auth-file=" + file("tokens.csv"),
		"--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + file("sa.key"), "--service-account-signing-key-file=" + file("sa.key"),
		"--egress-selector-config-file=" + file("egress.yaml"),
		"--kubelet-certificate-authority=" + file("ca.crt"), "--kubelet-preferred-address-types=InternalIP",
		"--kubelet-client-certificate=" + file("kubelet-client.crt"), "--kubelet-client-key=" + file("kubelet-client.key"),
	}, flags...))
}

// startEtcd tries a few ports: between finding one free and taking it, another server may be faster.
func startEtcd(dir string) (e *embed.Etcd, err error) {
	for range 5 {
		if e, err = startEtcdOnce(dir); !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return e, err
}

func startEtcdOnce(dir string) (*embed.Etcd, error) {
	cfg := embed.NewConfig()
	cfg.Dir, cfg.LogLevel, cfg.UnsafeNoFsync = dir, "error", true
	// Peers may listen on port 0. Clients may not: etcd's JSON gateway (/v3/kv/…, which the tests use to
	// compact) dials the port as written.
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	free.Close()
	clients := []url.URL{{Scheme: "http", Host: free.Addr().String()}}
	peers := []url.URL{{Scheme: "http", Host: "127.0.0.1:0"}}
	cfg.ListenClientUrls, cfg.AdvertiseClientUrls = clients, clients
	cfg.ListenPeerUrls, cfg.AdvertisePeerUrls = peers, peers
	cfg.InitialCluster = cfg.InitialClusterFromName(cfg.Name)
	e, err := embed.StartEtcd(cfg)
	if err != nil {
		return nil, err
	}
	select {
	case <-e.Server.ReadyNotify():
		return e, nil
	case err := <-e.Err():
		return nil, err
	case <-time.After(30 * time.Second):
		e.Close()
		return nil, errors.New("not ready after 30 s")
	}
}

// serveAPI is what cmd/kube-apiserver does, on a listener that is already open.
func serveAPI(ctx context.Context, listener net.Listener, flags []string) error {
	s := options.NewServerRunOptions()
	// No controller makes the `default` service accounts that this plugin insists on. The flag
	// --disable-admission-plugins= turns it on again, for tests that make the accounts themselves.
	s.Admission.GenericAdmission.DisablePlugins = []string{"ServiceAccount"}
	fs := pflag.NewFlagSet("kube-apiserver", pflag.ContinueOnError)
	for _, set := range s.Flags().FlagSets {
		fs.AddFlagSet(set)
	}
	s.SecureServing.Listener, s.SecureServing.BindPort = listener, listener.Addr().(*net.TCPAddr).Port
	if err := fs.Parse(flags); err != nil {
		return err
	}
	if err := s.GenericServerRunOptions.ComponentGlobalsRegistry.Set(); err != nil {
		return err
	}
	rest.SetDefaultWarningHandler(rest.NoWarnings{})
	completed, err := s.Complete(ctx)
	if err != nil {
		return err
	}
	if errs := completed.Validate(); len(errs) != 0 {
		return utilerrors.NewAggregate(errs)
	}
	return app.Run(ctx, completed)
}

func waitReady(ctx context.Context, server string, ca *authority) error {
	client := http.Client{Transport: &http.Transport{TLSClientConfig: ca.clientTLS()}}
	for ctx.Err() == nil {
		if res, err := client.Get(server + "/readyz"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	return ctx.Err()
}
