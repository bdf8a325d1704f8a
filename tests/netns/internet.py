#!/usr/bin/env python3
"""A small internet of the test's own: sites in network namespaces, joined by TUN devices and this one process.

The kernel of a test machine may lack netem, nftables and bridges, so delay, loss, the size of packets, address translation and
the firewall are done here, packet by packet. Nothing leaves the namespaces.

Started inside a user namespace (see tests/src/network.rs) with one argument, a JSON object:
  {"sites": [{"name", "address", "public"}], "delay_ms", "loss", "mtu", "port", "seed"}
A site whose `public` differs from its `address` is behind address translation: it can open connections, nobody can open one to it.
From everywhere only connections to `port` may be opened.

Prints one line {"pids": {name: pid}} when everything stands: each pid lives in that site's namespace. For every line read it prints
the counters. Ends when its standard input ends.
"""

import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x0001 | 0x1000
SYN, ACK = 0x02, 0x10
TCP = 6


def ip(*words):
    subprocess.run(["ip", *words], check=True, stdout=subprocess.DEVNULL)


def live_in_a_namespace(site, mtu, channel):
    """Child: makes the namespace and its device, hands the device to the parent, and stays as long as that one lives."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if libc.unshare(CLONE_NEWNET) != 0:
        sys.exit(f"a network namespace cannot be made: {os.strerror(ctypes.get_errno())}")
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"wan", IFF_TUN_NO_PI))
    # A hospital's node may open port 443 without being root.
    with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", "w", encoding="ascii") as setting:
        setting.write("0")
    ip("link", "set", "lo", "up")
    ip("address", "add", f"{site['address']}/32", "dev", "wan")
    ip("link", "set", "wan", "mtu", str(mtu), "up")
    ip("route", "add", "default", "dev", "wan")
    socket.send_fds(channel, [b"up"], [tun])
    channel.recv(1)  # ends with the parent


def folded(total):
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def rewritten(packet, at, new_ip, port_at, new_port):
    """Replaces an address (at 12 or 16) and a port in a TCP packet and brings both checksums up to date (RFC 1624)."""
    head = (packet[0] & 15) * 4
    old = bytes(packet[at : at + 4])
    delta = sum(struct.unpack("!2H", new_ip)) + sum(0xFFFF - word for word in struct.unpack("!2H", old))
    packet[at : at + 4] = new_ip
    (check,) = struct.unpack_from("!H", packet, 10)
    struct.pack_into("!H", packet, 10, 0xFFFF - folded((0xFFFF - check) + delta))
    (old_port,) = struct.unpack_from("!H", packet, head + port_at)
    struct.pack_into("!H", packet, head + port_at, new_port)
    (check,) = struct.unpack_from("!H", packet, head + 16)
    struct.pack_into("!H", packet, head + 16, 0xFFFF - folded((0xFFFF - check) + delta + new_port + 0xFFFF - old_port))


class Internet:
    def __init__(self, plan, tuns):
        self.plan, self.tuns = plan, tuns
        self.names = [site["name"] for site in plan["sites"]]
        self.inner = [socket.inet_aton(site["address"]) for site in plan["sites"]]
        self.outer = [socket.inet_aton(site["public"]) for site in plan["sites"]]
        self.random = random.Random(plan["seed"])
        self.ports = {}  # (site, inner port, peer address, peer port) -> outer port
        self.mappings = {}  # (site, outer port) -> (inner port, peer address, peer port)
        self.under_way = []
        self.number = 0
        self.counts = dict.fromkeys(["passed", "lost", "translated", "refused", "unsolicited", "too_long", "other"], 0)

    def take(self, site, packet):
        """A packet leaves a site."""
        if packet[0] >> 4 != 4 or packet[9] != TCP:
            self.counts["other"] += packet[0] >> 4 == 4  # IPv6 looks for its neighbours by itself
            return
        if len(packet) > self.plan["mtu"]:
            self.counts["too_long"] += 1
            return
        head = (packet[0] & 15) * 4
        source, target = struct.unpack_from("!2H", packet, head)
        opens = packet[head + 13] & (SYN | ACK) == SYN
        if opens and target != self.plan["port"]:
            self.counts["refused"] += 1
            return
        peer = bytes(packet[16:20])
        if self.inner[site] != self.outer[site]:
            key = (site, source, peer, target)
            if key not in self.ports:
                if not opens:
                    return
                self.ports[key] = 20_000 + len(self.ports)
                self.mappings[(site, self.ports[key])] = (source, peer, target)
                self.counts["translated"] += 1
            rewritten(packet, 12, self.outer[site], 0, self.ports[key])
        if peer not in self.outer:
            self.counts["refused"] += 1
            return
        if self.random.random() < self.plan["loss"]:
            self.counts["lost"] += 1
            return
        self.number += 1
        due = time.monotonic() + self.plan["delay_ms"] / 1000
        heapq.heappush(self.under_way, (due, self.number, self.outer.index(peer), packet))

    def deliver(self, site, packet):
        """A packet reaches a site."""
        if self.inner[site] != self.outer[site]:
            head = (packet[0] & 15) * 4
            source, target = struct.unpack_from("!2H", packet, head)
            inner, peer, port = self.mappings.get((site, target), (None, None, None))
            if peer != bytes(packet[12:16]) or port != source:
                self.counts["unsolicited"] += 1
                return
            rewritten(packet, 16, self.inner[site], 2, inner)
        self.counts["passed"] += 1
        os.write(self.tuns[site], packet)

    def run(self):
        sites = {tun: site for site, tun in enumerate(self.tuns)}
        while True:
            wait = max(0.0, self.under_way[0][0] - time.monotonic()) if self.under_way else None
            readable, _, _ = select.select([sys.stdin, *sites], [], [], wait)
            for ready in readable:
                if ready is sys.stdin:
                    if not sys.stdin.readline():
                        return
                    print(json.dumps(self.counts), flush=True)
                else:
                    self.take(sites[ready], bytearray(os.read(ready, 65_536)))
            while self.under_way and self.under_way[0][0] <= time.monotonic():
                _, _, site, packet = heapq.heappop(self.under_way)
                self.deliver(site, packet)


def main():
    plan = json.loads(sys.argv[1])
    tuns, pids, channels = [], {}, []
    for site in plan["sites"]:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            try:
                live_in_a_namespace(site, plan["mtu"], theirs)
            except Exception as error:  # whatever it is, the parent's caller must read it
                print(f"site {site['name']}: {error}", file=sys.stderr)
            os._exit(0)
        theirs.close()
        _, fds, _, _ = socket.recv_fds(ours, 16, 1)
        if not fds:
            sys.exit(f"site {site['name']} cannot be made")
        channels.append(ours)
        tuns.append(fds[0])
        pids[site["name"]] = pid
    print(json.dumps({"pids": pids}), flush=True)
    Internet(plan, tuns).run()


main()
