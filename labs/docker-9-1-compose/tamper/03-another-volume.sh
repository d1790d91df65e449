# The containers stop, the volume goes, and an empty one has its label.
cd ~/times
docker compose down -v
docker volume create --label com.docker.compose.volume=times --label com.docker.compose.project=times times_times
