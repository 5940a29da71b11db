"""One frozen dataclass per artifact of the flow, with a schema version and JSON both ways."""
