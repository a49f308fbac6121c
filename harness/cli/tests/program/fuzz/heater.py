"""A heater that takes commands over MQTT 3.1.1: not ours, and in another language. It uses Python's standard library only.

Commands: heat/7/set/target (5..30), heat/7/set/mode (off, eco, comfort). Status: heat/7/state, as JSON, retained.
With `careless` it reads numbers by int(), which also takes " 21", "+21", "2_1" and digits of other scripts.
"""

import socket
import struct
import sys


def text(value):
    return struct.pack(">H", len(value)) + value


def packet(kind, body):
    length, head = len(body), bytearray([kind])
    while True:
        length, digit = divmod(length, 128)
        head.append(digit | (128 if length else 0))
        if not length:
            return bytes(head) + body


class Heater:
    def __init__(self, port, careless):
        self.careless = careless
        self.target, self.mode, self.number = 20, "eco", 0
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.input = self.socket.makefile("rb")

    def serve(self):
        will = text(b"heat/7/online") + text(b"0")
        self.socket.sendall(packet(0x10, text(b"MQTT") + bytes([4, 0x2E, 0, 60]) + text(b"heater-7") + will))
        self.receive()
        self.socket.sendall(packet(0x82, struct.pack(">H", 1) + text(b"heat/7/set/+") + b"\1"))
        self.receive()
        self.publish(b"heat/7/online", b"1")
        self.report()
        print("ready", flush=True)
        while True:
            kind, body = self.receive()
            if kind >> 4 == 3:
                self.message(kind, body)

    def receive(self):
        kind = self.input.read(1)
        if not kind:
            sys.exit(0)
        length, shift = 0, 0
        while True:
            digit = self.input.read(1)[0]
            length |= (digit & 127) << shift
            shift += 7
            if digit < 128:
                return kind[0], self.input.read(length)

    def message(self, kind, body):
        size = struct.unpack(">H", body[:2])[0]
        topic, payload = body[2 : 2 + size], body[2 + size :]
        if kind & 6:
            identifier, payload = payload[:2], payload[2:]
            self.socket.sendall(packet(0x40, identifier))
        if not kind & 1 and self.command(topic, payload):
            self.report()

    def command(self, topic, payload):
        if topic == b"heat/7/set/target":
            try:
                value = int(payload.decode())
            except ValueError:
                return False
            if not self.careless and not payload.isdigit() or not 5 <= value <= 30 or len(payload) > 2:
                return False
            self.target = value
            return True
        if topic == b"heat/7/set/mode" and payload in (b"off", b"eco", b"comfort"):
            self.mode = payload.decode()
            return True
        return False

    def report(self):
        self.publish(b"heat/7/state", ('{"target":%d,"mode":"%s"}' % (self.target, self.mode)).encode())

    def publish(self, topic, payload):
        self.socket.sendall(packet(0x31, text(topic) + payload))


Heater(int(sys.argv[1]), sys.argv[2] == "careless").serve()
