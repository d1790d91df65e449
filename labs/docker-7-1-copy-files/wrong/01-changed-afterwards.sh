# Copied too early.
docker container run -d --name box ubuntu sleep infinity
echo 'Dear' > ~/letter.txt
docker container cp ~/letter.txt box:/tmp/letter.txt
echo 'container' >> ~/letter.txt
