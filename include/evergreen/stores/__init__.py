"""The ports to the outside and their adapters; nothing else imports a client library."""
