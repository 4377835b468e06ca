package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	authentication "k8s.io/api/authentication/v1"
	authorization "k8s.io/api/authorization/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// serveDirect is the kubelet at 127.0.0.1 for those who knock at its own door: it answers DIR/kubelets/127.0.0.1/configz to
// whom the API server knows (TokenReview) and lets (SubjectAccessReview), as kubelets do by webhook: the fine-grained
// nodes/configz first, then nodes/proxy (kubelet 1.33 and later, pkg/kubelet/server/auth.go). The second address shows a
// certificate of somebody else's authority.
func serveDirect(dir string, ca *authority) (known, stranger string, err error) {
	if known, err = listenDirect(dir, ca); err != nil {
		return "", "", err
	}
	other := &authority{}
	if _, _, err = other.issue(x509.Certificate{Subject: pkix.Name{CommonName: "another-ca"}, IsCA: true, KeyUsage: x509.KeyUsageCertSign}); err != nil {
		return "", "", err
	}
	stranger, err = listenDirect(dir, other)
	return known, stranger, err
}

func listenDirect(dir string, ca *authority) (string, error) {
	cert, key, err := ca.issue(x509.Certificate{
		Subject:     pkix.Name{CommonName: "system:node:127.0.0.1", Organization: []string{"system:nodes"}},
		IPAddresses: loopback, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	if err != nil {
		return "", err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch code, why := admit(r.Context(), dir, r); {
		case code != http.StatusOK:
			http.Error(w, why, code)
		default:
			body, err := os.ReadFile(filepath.Join(dir, "kubelets", "127.0.0.1", filepath.Clean("/"+r.URL.Path)))
			if err != nil {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.Write(body)
		}
	})}
	go server.Serve(tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{pair}}))
	return listener.Addr().String(), nil
}

func admit(ctx context.Context, dir string, r *http.Request) (int, string) {
	config, err := clientcmd.BuildConfigFromFlags("", filepath.Join(dir, "kubeconfig"))
	if err != nil {
		return http.StatusInternalServerError, err.Error()
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return http.StatusInternalServerError, err.Error()
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return http.StatusUnauthorized, "Unauthorized"
	}
	who, err := client.AuthenticationV1().TokenReviews().Create(ctx, &authentication.TokenReview{
		Spec: authentication.TokenReviewSpec{Token: token}}, meta.CreateOptions{})
	if err != nil || !who.Status.Authenticated {
		return http.StatusUnauthorized, "Unauthorized"
	}
	user := who.Status.User
	for _, subresource := range []string{"configz", "proxy"} {
		review, err := client.AuthorizationV1().SubjectAccessReviews().Create(ctx, &authorization.SubjectAccessReview{
			Spec: authorization.SubjectAccessReviewSpec{User: user.Username, Groups: user.Groups, UID: user.UID,
				ResourceAttributes: &authorization.ResourceAttributes{Verb: "get", Resource: "nodes", Subresource: subresource, Name: "127.0.0.1"}}}, meta.CreateOptions{})
		if err == nil && review.Status.Allowed {
			return http.StatusOK, ""
		}
	}
	return http.StatusForbidden, fmt.Sprintf("Forbidden (user=%s, verb=get, resource=nodes, subresource(s)=[configz proxy])", user.Username)
}
