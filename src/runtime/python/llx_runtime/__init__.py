"""The parts of bootstrap.py: what AWS's own client, awslambdaric, does, with the standard library alone."""
