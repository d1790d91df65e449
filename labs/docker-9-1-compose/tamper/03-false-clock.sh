# Like 03-time-by-hand.sh, with a container that has the label of the service.
cd ~/times
docker compose down -v
docker volume create --label com.docker.compose.volume=times --label com.docker.compose.project=times times_times
docker container run --rm --label com.docker.compose.service=clock --label com.docker.compose.project=times \
  -v times_times:/shared ubuntu bash -c 'date > /shared/now'
