//! Listeners that pass a stream on as it comes: rows 5 to 8.

use crate::balancers::Found;
use crate::classes::Taken;
use crate::hosts::Hosts;
use crate::nouns::gateway::Gateway;
use crate::objects::{Object, Thing};
use crate::params::Facing;
use crate::words::{list, name};
use crate::world::{Line, World};
use eksamine_facts::Text;
use eksamine_rule::prelude::*;

/// Who stands behind a listener and might end TLS.
#[derive(Debug, Default)]
struct Behind {
    /// Those that do, for all that they serve.
    ending: Vec<String>,
    /// Those that do not, or not for all.
    bare: Vec<String>,
    places: Vec<String>,
}

/// A protocol whose streams a load balancer does not look into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Tcp,
    TcpAndUdp,
    /// QUIC is encrypted by itself; TCP is passed on beside it.
    TcpAndQuic,
    Udp,
    /// TCP of a Classic Load Balancer.
    ClassicTcp,
}

pub(crate) fn judge(world: &World<'_>, line: &Line<'_>, stream: Stream) -> Result<Outcome, Unknown> {
    let half = if stream == Stream::TcpAndQuic { ": QUIC encrypts by itself, and TCP" } else { "" };
    let services = line.objects.iter().map(|number| world.object(*number));
    let services = services.filter(|object| matches!(object.thing, Thing::Service(_)));
    if world.demands.is_not_http(line.port, &services.map(|object| object.name.as_str()).collect::<Vec<_>>()) {
        return Ok(pass(format!("{line}{half} carries what is known not to be HTTP (non_http_ports_ok)")));
    }
    if stream != Stream::Udp && line.facing == Facing::Internet && world.demands.is_plain(line.port) {
        let text =
            "is passed on without TLS, on a port of HTTP (plain_ports); a redirect behind it answers in clear as well";
        return Ok(fail(format!("{line}{half} {text}")));
    }
    let may_end_behind = matches!(stream, Stream::Tcp | Stream::TcpAndQuic) && is_tls_port(world, line)?;
    if may_end_behind {
        let behind = Behind::of(world, line)?;
        if !behind.ending.is_empty() && behind.bare.is_empty() {
            let text = format!("{line}{half} is passed on to where TLS ends: {}", list(behind.ending));
            return Ok(behind.places.iter().take(3).fold(pass(text), |outcome, place| outcome.at(place)));
        }
        if !behind.bare.is_empty() {
            let text =
                format!("{line}{half} is passed on, and not all behind it is seen to end TLS: {}", list(behind.bare));
            return Ok(behind.places.iter().take(3).fold(manual(text), |outcome, place| outcome.at(place)));
        }
    }
    Ok(manual(format!("{line}{half} is passed on as it comes: what is spoken there, and where does TLS end?")))
}

/// 443, or what a Service calls https or tls.
fn is_tls_port(world: &World<'_>, line: &Line<'_>) -> Result<bool, Unknown> {
    if line.port == 443 {
        return Ok(true);
    }
    for object in line.objects.iter().map(|number| world.object(*number)) {
        let Thing::Service(item) = &object.thing else { continue };
        for port in item.get()?.spec.get()?.ports.get()?.iter() {
            let port = port.get()?;
            if *port.port.get()? == line.port && port.name.declared()?.is_some_and(is_tls_name) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// `https`, `tls-admin`.
fn is_tls_name(name: &Text) -> bool {
    let first = name.split('-').next().unwrap_or_default();
    ["https", "tls"].contains(&first)
}

impl Behind {
    fn of(world: &World<'_>, line: &Line<'_>) -> Result<Self, Unknown> {
        let mut behind = Self::default();
        let mut objects: Vec<&Object> = line.objects.iter().map(|number| world.object(*number)).collect();
        objects.sort_by(|a, b| a.title.cmp(&b.title));
        for object in objects {
            match &object.thing {
                Thing::Service(_) => {}
                Thing::Gateway(item) => behind.add_gateway(object, item, line.port)?,
                Thing::Ingress(item) => match world.classes.of_ingress(item.get()?)? {
                    Taken::Aws(_) => behind.add_balancer(world, object, line.port)?,
                    Taken::Other(_) | Taken::Nobody => {
                        let hosts = Hosts::of(item.get()?)?;
                        // It serves nothing, so that it ends no TLS either.
                        if hosts.all.is_empty() {
                            continue;
                        }
                        behind.places.push(item.at("/spec/tls"));
                        if hosts.bare.is_empty() {
                            behind.ending.push(object.title.clone());
                        } else {
                            behind.bare.push(format!("{} for {}", object.title, list(hosts.bare)));
                        }
                    }
                },
            }
        }
        Ok(behind)
    }

    fn add_gateway(&mut self, object: &Object, item: &Item<Gateway>, port: i64) -> Result<(), Unknown> {
        let (mut here, mut plain) = (0_usize, false);
        for (index, listener) in item.get()?.spec.get()?.listeners.get()?.iter().enumerate() {
            let listener = listener.get()?;
            if *listener.port.get()? == port {
                self.places.push(item.at(&format!("/spec/listeners/{index}/protocol")));
                here += 1;
                plain |= !["HTTPS", "TLS"].contains(&listener.protocol.get()?.as_str());
            }
        }
        match (here, plain) {
            (0, _) => self.bare.push(format!("{} has no listener on port {port}", object.title)),
            (_, true) => self.bare.push(format!("{} has a listener without TLS on port {port}", object.title)),
            (_, false) => self.ending.push(object.title.clone()),
        }
        Ok(())
    }

    /// A Network Load Balancer before the Application Load Balancer of an Ingress.
    fn add_balancer(&mut self, world: &World<'_>, object: &Object, port: i64) -> Result<(), Unknown> {
        for host in &object.addresses.get()?.hosts {
            let Some(Found::Current(number)) = world.balancers.find(&host.name)? else { continue };
            let item = &world.balancers.current().items[number];
            let balancer = item.get()?;
            if *balancer.kind.get()? != *"application" {
                continue;
            }
            let arn = balancer.arn.get()?;
            for listener in world.balancers.listeners().of(arn) {
                let at = listener.at("/Protocol");
                let listener = listener.get()?;
                if *listener.port.get()? == port && *listener.protocol.get()? == *"HTTPS" {
                    self.places.push(at);
                    self.ending.push(format!("load balancer {}", name(arn)));
                    return Ok(());
                }
            }
        }
        self.bare.push(format!("no load balancer of {} speaks HTTPS on port {port}", object.title));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_ports_tell_tls() {
        let is = |name: &str| is_tls_name(&Text::new(name));
        assert!(is("https") && is("tls") && is("https-admin"));
        assert!(!is("http") && !is("httpsx") && !is("grpc-tls"));
    }
}
