#!/bin/bash
# A number that differs in every session: the counter's codes follow from it.
[ -s ~/.counter-seed ] || od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >~/.counter-seed
