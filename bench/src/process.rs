//! What processes use, from /proc.

use std::{collections::HashMap, fs, net::SocketAddr, time::Duration};

use anyhow::Context;
use tokio::{net::TcpStream, process::Child};

/// Linux counts in hundredths of a second on every architecture of today.
const TICK: f64 = 0.01;

/// A server that ends when this is dropped.
pub struct Server {
    child: Child,
}

impl Server {
    pub async fn start(
        address: SocketAddr,
        mut command: tokio::process::Command,
    ) -> anyhow::Result<Self> {
        let child = command
            .kill_on_drop(true)
            .stdout(std::process::Stdio::null())
            .spawn()
            .with_context(|| format!("{command:?}"))?;
        let mut server = Self { child };
        for _ in 0..200 {
            if TcpStream::connect(address).await.is_ok() {
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                anyhow::bail!("{command:?} ended: {status}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("{command:?} does not answer at {address}")
    }

    pub fn pid(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }

    /// Memory that is in use now, in MB.
    pub fn rss_mb(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()));
        let kb = status.ok().and_then(|status| {
            let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
            line.split_whitespace().nth(1)?.parse::<f64>().ok()
        });
        kb.unwrap_or_default() / 1024.0
    }
}

/// An address on which nobody listens yet.
pub fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?)
}

/// The CPU time that processes have used, in milliseconds, by process.
pub struct Cpu(HashMap<u32, f64>);

impl Cpu {
    pub fn of(pids: impl IntoIterator<Item = u32>) -> Self {
        let used = |pid| Some((pid, used(pid)?));
        Self(pids.into_iter().filter_map(used).collect())
    }

    /// What was used since `before`. A process that was not there then has used nothing.
    pub fn since(&self, before: &Self) -> f64 {
        let used = self.0.iter();
        used.map(|(pid, ms)| ms - before.0.get(pid).unwrap_or(&0.0))
            .sum()
    }
}

fn used(pid: u32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program stands in brackets and may hold blanks; then come the state and
    // the other fields, of which the 14th and 15th are ticks in user and in kernel mode.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let kernel: f64 = fields.next()?.parse().ok()?;
    Some((user + kernel) * TICK * 1e3)
}
