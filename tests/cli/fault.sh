#!/bin/sh
# fault.sh - a sample of `make test-fault`: one call fails, and the next plain run makes it good.
exec sh tests/fault/fault.sh 40
