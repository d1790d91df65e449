# Every address that the name could stand for.
for network in 17 18 19 20; do for number in $(seq 1 254); do echo "172.$network.0.$number"; done; done > ~/address.txt
