"""A thermostat that speaks JSON over MQTT, as many do; by paho-mqtt.

Commands: home/thermo/1/set, {"setpoint": 5..30, "mode": "heat" or "off"}; setpoints outside are clamped, what is no such object is
refused. Status: home/thermo/1/state, retained. Telemetry: home/thermo/1/telemetry every 2 s, with a time.

    thermostat.py PORT [FAULT]     FAULT: clamp, nan, retained, doubled, length; with `length` it dies of a payload of 256 bytes
"""

import json
import math
import os
import sys
import threading
import time

import paho.mqtt.client as mqtt

PORT = int(sys.argv[1])
FAULT = sys.argv[2] if len(sys.argv) > 2 else ""
TOPIC = "home/thermo/1/"
LOWEST, HIGHEST = 5, 30


class Thermostat:
    def __init__(self):
        self.setpoint, self.mode, self.connections = 20.0, "heat", 0
        version = getattr(mqtt, "CallbackAPIVersion", None)
        self.client = mqtt.Client(*([version.VERSION2] if version else []), client_id="thermo-1")
        self.client.on_connect = self.connected
        self.client.on_message = self.message
        self.client.reconnect_delay_set(1, 5)
        self.client.will_set(TOPIC + "online", "0", qos=1, retain=True)

    def connected(self, client, *_):
        self.connections += 1
        client.subscribe(TOPIC + "set", qos=1)
        client.publish(TOPIC + "online", "1", qos=1, retain=True)
        print("ready", flush=True)

    def message(self, client, userdata, message):
        if FAULT == "length" and len(message.payload) == 256:
            os._exit(3)
        if not self.command(message.payload):
            return
        # At each connection, it registers with itself once more.
        for _ in range(self.connections if FAULT == "doubled" else 1):
            self.report()

    def command(self, payload):
        """Whether it is accepted."""
        try:
            asked = json.loads(payload, parse_constant=None if FAULT == "nan" else self.no_number)
        except (ValueError, RecursionError):
            return False
        if not isinstance(asked, dict):
            return False
        setpoint, mode = asked.get("setpoint"), asked.get("mode", self.mode)
        if isinstance(setpoint, bool) or not isinstance(setpoint, (int, float)) or mode not in ("heat", "off"):
            return False
        highest = HIGHEST + 1 if FAULT == "clamp" else HIGHEST
        if not math.isnan(setpoint):
            setpoint = max(LOWEST, min(highest, setpoint))
        self.setpoint, self.mode = float(setpoint), mode
        return True

    @staticmethod
    def no_number(text):
        raise ValueError(text)

    def report(self):
        state = {"setpoint": self.setpoint, "mode": self.mode, "uptime": time.monotonic()}
        self.client.publish(TOPIC + "state", json.dumps(state), qos=1, retain=FAULT != "retained")

    def telemetry(self):
        while True:
            now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            reading = {"at": now, "t": 19.5 + time.monotonic() % 1}
            self.client.publish(TOPIC + "telemetry", json.dumps(reading))
            time.sleep(2)


thermostat = Thermostat()
thermostat.client.connect("127.0.0.1", PORT)
threading.Thread(target=thermostat.telemetry, daemon=True).start()
thermostat.client.loop_forever()
