docker container run -d --name box ubuntu sleep infinity
echo 'Dear container' > ~/letter.txt
docker container cp ~/letter.txt box:/tmp/letter.txt
