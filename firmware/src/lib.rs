//! An RGB light controlled over MQTT.
