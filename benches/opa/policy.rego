# The same two questions to Open Policy Agent, over the same facts document: which images come from elsewhere than the
# allowed registries, and which namespaces no network policy is about.
package rival

pods := input.facts["k8s.pods.v1"].items

workloads := [workload |
	some kind in ["k8s.deployments.v1.apps", "k8s.statefulsets.v1.apps", "k8s.daemonsets.v1.apps", "k8s.jobs.v1.batch"]
	some workload in input.facts[kind].items
]

namespaces := input.facts["k8s.namespaces.v1"].items

policies := input.facts["k8s.networkpolicies.v1.networking.k8s.io"].items

allowed := {"111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/"}

exempt := {"kube-system", "kube-public", "kube-node-lease"}

outside contains container.image if {
	some pod in pods
	not pod.metadata.namespace in exempt
	some container in containers(pod.spec)
	not comes_from_allowed(container.image)
}

outside contains container.image if {
	some workload in workloads
	not workload.metadata.namespace in exempt
	some container in containers(workload.spec.template.spec)
	not comes_from_allowed(container.image)
}

containers(spec) := [container |
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in spec[field]
]

comes_from_allowed(image) if {
	some prefix in allowed
	startswith(image, prefix)
}

has_policy := {policy.metadata.namespace | some policy in policies}

bare contains namespace.metadata.name if {
	some namespace in namespaces
	not namespace.metadata.name in exempt
	not namespace.metadata.name in has_policy
}

summary := {"images": count(outside), "namespaces": count(bare)}
