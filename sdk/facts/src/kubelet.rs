//! The configuration of a node's kubelet, as it runs or as its files say (k8s.io/kubelet, config/v1beta1).

use crate::{Map, Text, noun};

noun! {
    /// What is known of one kubelet.
    pub struct KubeletConfiguration = "k8s.kubeletconfigurations.v1beta1.kubelet.config.k8s.io" {
        /// The node's name.
        node: Text = "node",
        /// `direct` and `proxy`: what the kubelet answered to `GET /configz`, from itself or through the API server;
        /// `file`: what its files say, merged in the order in which the kubelet reads them.
        source: Text = "source",
        /// The configuration. Of what `configz` answers, zero values are left out.
        config: KubeletConfig = "config",
        /// Beside files only: the flags that the kubelet was started with, without dashes, as `"config": "/etc/…"`. They
        /// beat files. Empty when it was started with none.
        flags: Map<Text> = "flags",
    }
}

noun! {
    /// KubeletConfiguration, as far as rules read it.
    pub struct KubeletConfig {
        /// "readOnlyPort is the read-only port for the Kubelet to serve on with no authentication/authorization. […]
        /// Setting this field to 0 disables the read-only service. Default: 0 (disabled)"
        read_only_port: i64 = "readOnlyPort",
        /// Who may say who they are, and how.
        authentication: KubeletAuthentication = "authentication",
    }
}

noun! {
    /// How requests to a kubelet are authenticated.
    pub struct KubeletAuthentication {
        /// Client certificates.
        x509: KubeletX509Authentication = "x509",
    }
}

noun! {
    /// Client certificates.
    pub struct KubeletX509Authentication {
        /// "The path to a PEM-encoded certificate bundle. If set, any request presenting a client certificate signed by
        /// one of the authorities in the bundle is authenticated."
        client_ca_file: Text = "clientCAFile",
    }
}
