docker container rm -f box > /dev/null 2>&1
docker container run -d --name box ubuntu sleep infinity
echo 'Dear container' > ~/letter.txt
docker container cp ~/letter.txt box:/tmp/letter.txt
