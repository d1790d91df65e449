# The volume goes, and another container writes the time into a new one under its name and labels.
cd ~/times
docker compose down -v
docker volume create --label com.docker.compose.volume=times --label com.docker.compose.project=times times_times
docker container run --rm -v times_times:/shared ubuntu bash -c 'date > /shared/now'
