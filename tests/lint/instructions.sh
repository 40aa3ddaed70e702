#!/bin/sh
# instructions.sh - a training step takes no more instructions than it did: tests/callgrind.sh.
exec sh tests/callgrind.sh
