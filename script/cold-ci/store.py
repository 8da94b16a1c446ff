"""Measures what a lease renewal takes: one small durable write (Redis: a PING) every 50 ms.

usage: store.py redis|postgres|mongo|sqlite ADDRESS PHASE_FILE OUT
"""

import sys
import time


def operation(kind, address):
    if kind == "redis":
        import socket

        connection = socket.create_connection(("127.0.0.1", int(address)))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return lambda: (connection.sendall(b"PING\r\n"), connection.recv(64))
    if kind == "mongo":
        import pymongo

        durable = pymongo.WriteConcern(w="majority", j=True)
        leases = pymongo.MongoClient(address).cold_ci.get_collection("lease", write_concern=durable)
        leases.update_one({"_id": 1}, {"$set": {"n": 0}}, upsert=True)
        return lambda: leases.find_one_and_update({"_id": 1}, {"$inc": {"n": 1}})
    if kind == "postgres":
        import psycopg

        connection = psycopg.connect(address, autocommit=True)
    else:
        import sqlite3

        connection = sqlite3.connect(address, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS lease (id INTEGER PRIMARY KEY, n BIGINT)")
    connection.execute("INSERT INTO lease VALUES (1, 0) ON CONFLICT DO NOTHING")
    return lambda: connection.execute("UPDATE lease SET n = n + 1 WHERE id = 1")


def main():
    kind, address, phase_file, out = sys.argv[1:5]
    renew = operation(kind, address)
    took = {}
    while True:
        with open(phase_file) as file:
            phase = file.read().strip()
        if phase == "end":
            break
        began = time.monotonic()
        renew()
        took.setdefault(phase, []).append((time.monotonic() - began) * 1000)
        time.sleep(0.05)
    with open(out, "w") as file:
        for phase, samples in took.items():
            samples.sort()
            at = lambda share: samples[min(len(samples) - 1, int(len(samples) * share))]
            file.write(f"{phase}\t{kind}\tn={len(samples)}\tp50={at(0.5):.2f}\tp99={at(0.99):.2f}"
                       f"\tp99.9={at(0.999):.2f}\tworst={samples[-1]:.2f} ms\n")


main()
