//! Ingresses, their classes, and the parameters of classes. Names: Kubernetes API reference, AWS Load Balancer Controller,
//! EKS user guide.

use super::{LoadBalancerStatus, Metadata, ParametersReference};
use eksamine_facts::{List, Text, noun};

noun! {
    /// An Ingress.
    pub struct Ingress = "k8s.ingresses.v1.networking.k8s.io" {
        /// Name, namespace, what it asks of the AWS Load Balancer Controller.
        metadata: IngressMetadata = "metadata",
        /// What it serves.
        spec: IngressSpec = "spec",
        /// Its state.
        status: IngressStatus = "status",
    }
}

noun! {
    /// Metadata of an Ingress.
    pub struct IngressMetadata {
        /// Its name.
        name: Text = "name",
        /// Its namespace.
        namespace: Text = "namespace",
        /// Absent when it has none.
        annotations: IngressAnnotations = "annotations",
    }
}

noun! {
    /// What an Ingress asks of its controller. (AWS Load Balancer Controller, Ingress annotations.)
    pub struct IngressAnnotations {
        /// Its class, in the way that was used before `spec.ingressClassName`.
        class: Text = "kubernetes.io/ingress.class",
        /// Certificates.
        certificate_arn: Text = "alb.ingress.kubernetes.io/certificate-arn",
        /// `true`: the controller asks for a certificate itself.
        create_certificate: Text = "alb.ingress.kubernetes.io/create-acm-cert",
        /// Ingresses of one group share a load balancer.
        group: Text = "alb.ingress.kubernetes.io/group.name",
        /// Protocols and ports, as JSON.
        listen_ports: Text = "alb.ingress.kubernetes.io/listen-ports",
        /// `internal`, `internet-facing`.
        scheme: Text = "alb.ingress.kubernetes.io/scheme",
        /// The port that plain requests are redirected to.
        ssl_redirect: Text = "alb.ingress.kubernetes.io/ssl-redirect",
    }
}

noun! {
    /// What an Ingress serves.
    pub struct IngressSpec {
        /// Its class; absent when it names none.
        class: Text = "ingressClassName",
        /// Hosts and paths; absent when all goes to the default backend.
        rules: List<IngressRule> = "rules",
        /// Where what no rule names goes.
        default_backend: Backend = "defaultBackend",
        /// Hosts with certificates; absent without any.
        tls: List<IngressTls> = "tls",
    }
}

noun! {
    /// A rule of an Ingress.
    pub struct IngressRule {
        /// Absent for whatever host is asked for.
        host: Text = "host",
        /// Its paths; absent when all goes to the default backend.
        http: IngressPaths = "http",
    }
}

noun! {
    /// Paths of a host.
    pub struct IngressPaths {
        /// The paths.
        paths: List<IngressPath> = "paths",
    }
}

noun! {
    /// A path.
    pub struct IngressPath {
        /// Where it leads.
        backend: Backend = "backend",
    }
}

noun! {
    /// Where requests go.
    pub struct Backend {
        /// A Service; absent when it is another resource.
        service: BackendService = "service",
    }
}

noun! {
    /// A Service as a backend.
    pub struct BackendService {
        /// Which of its ports.
        port: BackendPort = "port",
    }
}

noun! {
    /// A port of a backend.
    pub struct BackendPort {
        /// Its name. `use-annotation`: an annotation says what is done.
        name: Text = "name",
    }
}

noun! {
    /// Hosts that an Ingress has a certificate for.
    pub struct IngressTls {
        /// Absent: whatever hosts the controller serves by wildcard.
        hosts: List<Text> = "hosts",
    }
}

noun! {
    /// State of an Ingress.
    pub struct IngressStatus {
        /// Its load balancers.
        load_balancer: LoadBalancerStatus = "loadBalancer",
    }
}

noun! {
    /// An IngressClass.
    pub struct IngressClass = "k8s.ingressclasses.v1.networking.k8s.io" {
        /// Its name, and whether it is the default.
        metadata: IngressClassMetadata = "metadata",
        /// Whose it is.
        spec: IngressClassSpec = "spec",
    }
}

noun! {
    /// Metadata of an IngressClass.
    pub struct IngressClassMetadata {
        /// Its name.
        name: Text = "name",
        /// Absent when it has none.
        annotations: IngressClassAnnotations = "annotations",
    }
}

noun! {
    /// Annotations of an IngressClass.
    pub struct IngressClassAnnotations {
        /// `true`: the class of whoever names none.
        is_default: Text = "ingressclass.kubernetes.io/is-default-class",
    }
}

noun! {
    /// Whose an IngressClass is.
    pub struct IngressClassSpec {
        /// The controller.
        controller: Text = "controller",
        /// Absent when it has none.
        parameters: ParametersReference = "parameters",
    }
}

noun! {
    /// Parameters of an IngressClass of the AWS Load Balancer Controller.
    pub struct ControllerParams = "k8s.ingressclassparams.v1beta1.elbv2.k8s.aws" {
        /// Its name.
        metadata: Metadata = "metadata",
        /// What it says.
        spec: ControllerParamsSpec = "spec",
    }
}

noun! {
    /// What they say.
    pub struct ControllerParamsSpec {
        /// Certificates.
        certificates: List<Text> = "certificateArn",
        /// The group of all Ingresses of the class.
        group: GroupReference = "group",
        /// `internal`, `internet-facing`.
        scheme: Text = "scheme",
        /// The port that plain requests are redirected to.
        ssl_redirect: Text = "sslRedirectPort",
    }
}

noun! {
    /// A group of Ingresses.
    pub struct GroupReference {
        /// Its name.
        name: Text = "name",
    }
}

noun! {
    /// Parameters of an IngressClass of EKS Auto Mode.
    pub struct AutoModeParams = "k8s.ingressclassparams.v1.eks.amazonaws.com" {
        /// Its name.
        metadata: Metadata = "metadata",
        /// What it says.
        spec: AutoModeParamsSpec = "spec",
    }
}

noun! {
    /// What they say.
    pub struct AutoModeParamsSpec {
        /// Certificates.
        certificates: List<Text> = "certificateARNs",
        /// The group of all Ingresses of the class.
        group: GroupReference = "group",
        /// `internal`, `internet-facing`.
        scheme: Text = "scheme",
    }
}
