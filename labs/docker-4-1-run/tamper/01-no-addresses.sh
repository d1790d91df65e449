# Containers without an address, which any text would have.
docker container run -d --name one --network none ubuntu sleep infinity
docker container run -d --name two --network none ubuntu sleep infinity
printf 'no\n\naddress\n' > ~/addresses.txt
