"""Servers that do what real ones do on a bad day. Usage: server.py FOLDER; ends when standard input does.

Prints one line of JSON: ports of HTTP, of HTTPS with certificates for 127.0.0.1, for another name, and with nothing
newer than TLS 1.1, and of a SOCKS proxy that leads everybody to the HTTP server. FOLDER gets http.sock and the certificates.
"""

import asyncio
import collections
import json
import os
import ssl
import subprocess
import sys
import threading

FOLDER = sys.argv[1]
requests = collections.Counter()
waiting = 0
connections = 0
opened = 0
proxied = []


def answer(body, *headers, status="200 OK"):
    if isinstance(body, str):
        body = body.encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


RAW = {
    "/ok": answer("ok", "X-Test:  a value \t", "x-twice: 1", "X-Twice: 2", "X-Empty:"),
    "/missing": answer("no", status="404 Not Found"),
    "/redirect": answer("", "Location: /ok", status="302 Found"),
    "/cookie": answer("ok", "Set-Cookie: a=b; Path=/"),
    "/nothing": b"HTTP/1.1 204 No Content\r\n\r\n",
    "/early": b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer("ok"),
    "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Trailer: t\r\n\r\n",
    "/encoded": answer("not gzip", "Content-Encoding: gzip"),
}
# What is sent before the connection is closed.
LAST = {
    "/until-close": b"HTTP/1.1 200 OK\r\n\r\nok",
    "/close": b"",
    "/partial": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789",
    "/partial-chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n0123",
    "/half-head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "/old": b"HTTP/0.9 is only a body\n",
    "/status-text": b"HTTP/1.1 abc OK\r\n\r\n",
    "/status-short": b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
    "/status-only-1xx": b"HTTP/1.1 100 Continue\r\n\r\n",
    "/garbage": bytes(range(256)) * 4,
    "/no-colon": b"HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 2\r\n\r\nok",
    "/no-name": b"HTTP/1.1 200 OK\r\n: nameless\r\nContent-Length: 2\r\n\r\nok",
    "/spaced-name": b"HTTP/1.1 200 OK\r\nX-A : b\r\nContent-Length: 2\r\n\r\nok",
    "/folded": b"HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\nok",
    "/nul": b"HTTP/1.1 200 OK\r\nX-A: b\0c\r\nContent-Length: 2\r\n\r\nok",
    "/length-text": b"HTTP/1.1 200 OK\r\nContent-Length: 2x\r\n\r\nok",
    "/length-negative": b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
    "/length-huge": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nok",
    "/chunk-bad": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nok\r\n0\r\n\r\n",
}
# What is sent again and again, after something else.
ENDLESS = {
    "/bomb-headers": (b"HTTP/1.1 200 OK\r\n", b"X-Bomb: " + b"b" * 1000 + b"\r\n"),
    "/bomb-header": (b"HTTP/1.1 200 OK\r\nX-Bomb: ", b"b" * 1000),
    "/bomb-early": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "/bomb-body": (b"HTTP/1.1 200 OK\r\n\r\n", b"b" * 1000),
    "/bomb-chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"3e8\r\n" + b"b" * 1000 + b"\r\n"),
    "/bomb-trailers": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-T: " + b"t" * 1000 + b"\r\n"),
}


async def serve(reader, writer):
    global connections, opened
    connections += 1
    opened += 1
    number, served = connections, 0
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = [line[15:] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
            body = await reader.readexactly(int(length[0])) if length else b""
            served += 1
            if not await respond(reader, writer, head, body, number, served):
                return
    except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
        pass
    finally:
        opened -= 1
        writer.close()


async def respond(reader, writer, head, body, number, served):
    """Returns whether the connection goes on."""
    global waiting
    path = head.split(b" ")[1].decode()
    requests[path] += 1
    path, _, query = path.partition("?")
    if path in RAW:
        writer.write(RAW[path])
    elif path == "/connection":
        writer.write(answer(str(number)))
    elif path == "/echo":
        writer.write(answer(head + body))
    elif path == "/size":
        writer.write(answer(b"s" * int(query)))
    elif path == "/second-breaks" and served > 1:
        return False
    elif path == "/second-breaks":
        writer.write(answer("ok"))
    elif path == "/requests":
        writer.write(answer(str(requests[query])))
    elif path == "/waiting":
        writer.write(answer(str(waiting)))
    elif path == "/opened":
        writer.write(answer(str(opened)))
    elif path == "/proxied":
        writer.write(answer(json.dumps(proxied)))
    elif path == "/wait":
        waiting += 1
        try:
            # Until the other side goes away.
            await reader.read(1)
        finally:
            waiting -= 1
        return False
    elif path == "/slow":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"s")
            await writer.drain()
            await asyncio.sleep(0.05)
    elif path in ENDLESS:
        first, again = ENDLESS[path]
        writer.write(first)
        while True:
            writer.write(again)
            await writer.drain()
    else:
        writer.write(LAST.get(path, RAW["/missing"]))
        await writer.drain()
        return False
    await writer.drain()
    return True


async def proxy(reader, writer):
    """SOCKS 5 (RFC 1928) with user and password (RFC 1929), to the HTTP server."""
    try:
        _, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        user = password = ""
        if 2 in methods:
            writer.write(b"\x05\x02")
            _, size = await reader.readexactly(2)
            user = (await reader.readexactly(size)).decode()
            password = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
            writer.write(b"\x01" + (b"\x01" if user == "refused" else b"\x00"))
        else:
            writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        size = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
        host = await reader.readexactly(size)
        await reader.readexactly(2)
        proxied.append([user, password, host.decode() if kind == 3 else "address"])
        there = await asyncio.open_connection("127.0.0.1", PORTS["http"])
        writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))
    except (ConnectionError, asyncio.IncompleteReadError):
        writer.close()


async def pump(reader, writer):
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    finally:
        writer.close()


def certificate(name, alternative):
    files = [f"{FOLDER}/{name}.key", f"{FOLDER}/{name}.pem"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-addext", f"subjectAltName={alternative}", "-keyout", files[0], "-out", files[1]],
        check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files[1], files[0])
    return context


PORTS = {}


async def main():
    async def listen(name, handler, tls=None):
        server = await asyncio.start_server(handler, "127.0.0.1", 0, ssl=tls, backlog=4096)
        PORTS[name] = server.sockets[0].getsockname()[1]

    good = certificate("good", "IP:127.0.0.1")
    old = certificate("old", "IP:127.0.0.1")
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    await listen("http", serve)
    await listen("https", serve, good)
    await listen("other", serve, certificate("other", "DNS:other.test"))
    await listen("old", serve, old)
    await listen("socks", proxy)
    await asyncio.start_unix_server(serve, f"{FOLDER}/http.sock")
    print(json.dumps(PORTS), flush=True)
    await asyncio.Event().wait()


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
asyncio.run(main())
