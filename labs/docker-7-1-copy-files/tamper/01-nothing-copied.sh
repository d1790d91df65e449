# Two empty letters are the same.
: > ~/letter.txt
docker container run -d --name box ubuntu sh -c ': > /tmp/letter.txt; sleep infinity'
