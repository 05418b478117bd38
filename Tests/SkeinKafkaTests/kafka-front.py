"""Stands before librdkafka's mock cluster, which knows neither TLS nor SASL, and gives it both.

    python3 kafka-front.py BROKERS [--certificate FILE --key FILE [--authorities FILE]]
        [--login USER:PASSWORD MECHANISM... [--whole-nonce]]

It has a listener for each of the brokers (`HOST:PORT`, with commas between), prints their addresses in the same form,
passes everything on, and ends when its input does. With `--authorities` clients must show a certificate that one of
these has signed. With `--login` they must prove the password by one of the mechanisms.

librdkafka before 2.6.1 writes its own part of SCRAM's nonce twice. Kafka 3 looks at the end of the nonce only, and so
does the front; with `--whole-nonce` it compares all of it, as Kafka 4 does and RFC 5802 demands.

A mock broker advertises itself and the others as `127.0.0.1` and a port. Clients would go past the front, so it puts
its own ports into the answers that hold addresses.

Logins go as with brokers since Kafka 1.0: `ApiVersions` offers `SaslHandshake` and `SaslAuthenticate`, and the front
answers both. librdkafka would also begin SASL without them, but has then no error code and no words for a login that
fails: the broker of those days closed the connection.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import os
import ssl
import struct
import sys

METADATA, FIND_COORDINATOR, SASL_HANDSHAKE, API_VERSIONS, SASL_AUTHENTICATE = 3, 10, 17, 18, 36
UNSUPPORTED_MECHANISM, ILLEGAL_STATE, UNSUPPORTED_VERSION, AUTHENTICATION_FAILED = 33, 34, 35, 58
# The newest version of ApiVersions that the mock knows.
API_VERSIONS_NEWEST = 2
MOCK_HOST = b"127.0.0.1"
# As Kafka's `socket.request.max.bytes`; the first bytes of TLS are a larger number.
LARGEST_FRAME = 100 * 1024 * 1024
# The lowest count that librdkafka takes.
SCRAM_ITERATIONS = 4096


class LoginFailed(Exception):
    """The words that a broker sends with error 58."""


def string(text):
    return struct.pack(">h", -1) if text is None else struct.pack(">h", len(text.encode())) + text.encode()


def data(content):
    return struct.pack(">i", len(content)) + content


class Request:
    """The header of a request, and what follows it."""

    def __init__(self, frame):
        self.frame = frame
        self.key, self.version, self.correlation, size = struct.unpack_from(">hhih", frame)
        self.body = frame[10 + max(size, 0):]

    def answer(self, body):
        return struct.pack(">i", self.correlation) + body


def scram_attributes(message):
    return dict(part.split("=", 1) for part in message.split(","))


class Plain:
    """RFC 4616. Some clients name the user twice, as whom they log in and as whom they want to act."""

    def __init__(self, user, password):
        self.tokens = [f"{acting}\0{user}\0{password}".encode() for acting in ("", user)]

    def step(self, token):
        if token not in self.tokens:
            raise LoginFailed("Authentication failed: Invalid username or password")
        return b"", True


class Scram:
    """The server's side of RFC 5802 and RFC 7677, without channel binding."""

    def __init__(self, user, password, takes_whole_nonce, name, function):
        self.user, self.password, self.name, self.function = user, password, name, function
        self.takes_whole_nonce = takes_whole_nonce
        self.first = None

    def digest(self, key, message):
        return hmac.new(key, message, self.function).digest()

    def step(self, token):
        return self.begin(token.decode()) if self.first is None else self.finish(token.decode())

    def begin(self, message):
        header, bare = message[:3], message[3:]
        attributes = scram_attributes(bare)
        user = attributes["n"].replace("=2C", ",").replace("=3D", "=")
        if header != "n,," or user != self.user:
            raise self.failure()
        self.salt = os.urandom(16)
        self.nonce = attributes["r"] + base64.b64encode(os.urandom(18)).decode()
        salt = base64.b64encode(self.salt).decode()
        answer = f"r={self.nonce},s={salt},i={SCRAM_ITERATIONS}"
        self.first = f"{bare},{answer}"
        return answer.encode(), False

    def finish(self, message):
        attributes = scram_attributes(message)
        proof = base64.b64decode(attributes["p"])
        signed = f"{self.first},{message.rsplit(',p=', 1)[0]}".encode()
        salted = hashlib.pbkdf2_hmac(self.function, self.password.encode(), self.salt, SCRAM_ITERATIONS)
        stored = hashlib.new(self.function, self.digest(salted, b"Client Key")).digest()
        key = bytes(left ^ right for left, right in zip(proof, self.digest(stored, signed)))
        is_proved = hmac.compare_digest(hashlib.new(self.function, key).digest(), stored)
        nonce = attributes["r"]
        is_nonce = nonce == self.nonce if self.takes_whole_nonce else nonce.endswith(self.nonce)
        if not is_proved or not is_nonce or attributes["c"] != "biws":
            raise self.failure()
        signature = self.digest(self.digest(salted, b"Server Key"), signed)
        return b"v=" + base64.b64encode(signature), True

    def failure(self):
        return LoginFailed(
            f"Authentication failed during authentication due to invalid credentials with SASL mechanism {self.name}")


MECHANISMS = {
    "PLAIN": lambda user, password, _: Plain(user, password),
    "SCRAM-SHA-256": lambda *login: Scram(*login, "SCRAM-SHA-256", "sha256"),
    "SCRAM-SHA-512": lambda *login: Scram(*login, "SCRAM-SHA-512", "sha512"),
}


class Login:
    """The login of one connection."""

    def __init__(self, options):
        user, password = options.login[0].split(":", 1)
        self.settings, self.mechanisms = (user, password, options.whole_nonce), options.login[1:]
        self.exchange = None
        self.is_done = False

    def answer(self, request):
        """The answer to a request of SASL, and whether the connection goes on."""
        return self.handshake(request) if request.key == SASL_HANDSHAKE else self.authenticate(request)

    def handshake(self, request):
        # Version 0 is followed by tokens without the header of a request. Nobody uses it who is offered version 1.
        if request.version != 1:
            return request.answer(struct.pack(">hi", UNSUPPORTED_VERSION, 0)), False
        mechanism = request.body[2:].decode()
        is_known = mechanism in self.mechanisms
        if is_known:
            self.exchange = MECHANISMS[mechanism](*self.settings)
        offers = struct.pack(">i", len(self.mechanisms)) + b"".join(map(string, self.mechanisms))
        return request.answer(struct.pack(">h", 0 if is_known else UNSUPPORTED_MECHANISM) + offers), is_known

    def authenticate(self, request):
        token, code, words, goes_on = b"", 0, None, True
        try:
            if self.exchange is None:
                code, words, goes_on = ILLEGAL_STATE, "SaslHandshake has to come first", False
            else:
                token, self.is_done = self.exchange.step(request.body[4:])
        except LoginFailed as failure:
            code, words, goes_on = AUTHENTICATION_FAILED, str(failure), False
        except (KeyError, ValueError) as problem:
            code, words, goes_on = AUTHENTICATION_FAILED, f"the token cannot be read: {problem!r}", False
        lifetime = struct.pack(">q", 0) if request.version > 0 else b""
        return request.answer(struct.pack(">h", code) + string(words) + data(token) + lifetime), goes_on


def with_sasl(answer):
    """Adds what the front answers to a broker's answer to ApiVersions."""
    correlation, code, count = struct.unpack_from(">ihi", answer)
    if code != 0:
        return answer
    end = 10 + 6 * count
    added = struct.pack(">hhhhhh", SASL_HANDSHAKE, 0, 1, SASL_AUTHENTICATE, 0, 1)
    return struct.pack(">ihi", correlation, code, count + 2) + answer[10:end] + added + answer[end:]


class Stream:
    """A connection that carries frames in plain text."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def begin(self):
        pass

    async def read(self, size):
        return await self.reader.readexactly(size)

    async def write(self, content):
        self.writer.write(content)
        await self.writer.drain()

    async def read_frame(self):
        """The next frame without its length; nothing at the end of the connection, or where this is no frame."""
        try:
            (size,) = struct.unpack(">i", await self.read(4))
            return await self.read(size) if 0 <= size <= LARGEST_FRAME else None
        except (EOFError, OSError):
            return None

    async def write_frame(self, frame):
        await self.write(data(frame))

    def close(self):
        self.writer.close()


class SecureStream(Stream):
    """TLS by hand: that of asyncio drops the alert that tells a client why it is refused."""

    def __init__(self, reader, writer, context):
        super().__init__(reader, writer)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        self.buffer = bytearray()

    async def perform(self, step):
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                pass
            finally:
                await super().write(self.outgoing.read())
            received = await self.reader.read(65536)
            if not received:
                raise ConnectionError("the client has gone")
            self.incoming.write(received)

    async def begin(self):
        try:
            await self.perform(self.tls.do_handshake)
        except ssl.SSLError:
            # The system drops what the client has not read, the alert, when a connection ends with input unread.
            self.writer.write_eof()
            await self.reader.read()
            raise

    async def read(self, size):
        while len(self.buffer) < size:
            received = await self.perform(lambda: self.tls.read(65536))
            if not received:
                raise ConnectionError("the client has gone")
            self.buffer += received
        content = bytes(self.buffer[:size])
        del self.buffer[:size]
        return content

    async def write(self, content):
        self.tls.write(content)
        await super().write(self.outgoing.read())

    def close(self):
        try:
            # Says goodbye, as a broker does, and waits for nothing.
            self.tls.unwrap()
        except (ssl.SSLError, ValueError):
            pass
        self.writer.write(self.outgoing.read())
        super().close()


class Front:
    def __init__(self, options):
        self.options = options
        # The port of the front by that of the broker.
        self.ports = {}

    async def listen(self):
        context = self.tls()
        for place in self.options.brokers.split(","):
            port = int(place.rsplit(":", 1)[1])

            async def serve(reader, writer, port=port):
                client = SecureStream(reader, writer, context) if context else Stream(reader, writer)
                await self.serve(client, port)

            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            self.ports[port] = server.sockets[0].getsockname()[1]

    def tls(self):
        if not self.options.certificate:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.options.certificate, self.options.key)
        if self.options.authorities:
            context.load_verify_locations(self.options.authorities)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    async def serve(self, client, port):
        streams = [client]
        try:
            await client.begin()
            broker = Stream(*await asyncio.open_connection("127.0.0.1", port))
            streams.append(broker)
            # The kind of request by correlation id, where the answer is changed.
            pending = {}
            passing = [
                asyncio.ensure_future(self.pass_requests(client, broker, pending)),
                asyncio.ensure_future(self.pass_answers(client, broker, pending)),
            ]
            await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
            for task in passing:
                task.cancel()
            await asyncio.gather(*passing, return_exceptions=True)
        except OSError:
            pass
        finally:
            for stream in streams:
                stream.close()

    async def pass_requests(self, client, broker, pending):
        login = Login(self.options) if self.options.login else None
        while True:
            frame = await client.read_frame()
            if frame is None:
                return
            request = Request(frame)
            if login and request.key in (SASL_HANDSHAKE, SASL_AUTHENTICATE):
                answer, goes_on = login.answer(request)
                await client.write_frame(answer)
                if not goes_on:
                    return
                continue
            # As a broker does, with no word.
            if login and not login.is_done and request.key != API_VERSIONS:
                return
            if request.key == API_VERSIONS and request.version > API_VERSIONS_NEWEST:
                # In the form of version 0, as a broker does; the mock's own answer can only be read by librdkafka.
                body = struct.pack(">hihhh", UNSUPPORTED_VERSION, 1, API_VERSIONS, 0, API_VERSIONS_NEWEST)
                await client.write_frame(request.answer(body))
                continue
            if request.key in (METADATA, FIND_COORDINATOR, API_VERSIONS):
                pending[request.correlation] = request.key
            await broker.write_frame(frame)

    async def pass_answers(self, client, broker, pending):
        while True:
            answer = await broker.read_frame()
            if answer is None:
                return
            key = pending.pop(struct.unpack_from(">i", answer)[0], None)
            if key == API_VERSIONS and self.options.login:
                answer = with_sasl(answer)
            elif key in (METADATA, FIND_COORDINATOR):
                answer = self.with_own_ports(answer)
            await client.write_frame(answer)

    def with_own_ports(self, answer):
        for broker, own in self.ports.items():
            answer = answer.replace(MOCK_HOST + struct.pack(">i", broker), MOCK_HOST + struct.pack(">i", own))
        return answer


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("brokers")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--authorities")
    parser.add_argument("--login", nargs="+")
    parser.add_argument("--whole-nonce", action="store_true")
    front = Front(parser.parse_args())
    await front.listen()
    print(",".join(f"127.0.0.1:{port}" for port in front.ports.values()), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
