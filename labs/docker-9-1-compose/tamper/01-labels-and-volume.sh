# Two containers with one volume and the labels of services, but no file.
docker container rm -f false-clock false-reader > /dev/null 2>&1
docker container run -d --name false-clock --label com.docker.compose.service=clock -v false-times:/shared ubuntu \
  bash -c 'while true; do date > /shared/now; sleep 1; done'
docker container run -d --name false-reader --label com.docker.compose.service=reader -v false-times:/shared ubuntu \
  bash -c 'while true; do cat /shared/now; sleep 1; done'
