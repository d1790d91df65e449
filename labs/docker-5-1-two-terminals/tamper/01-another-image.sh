# A container with a terminal, from an image that is only based on ubuntu.
printf 'FROM ubuntu\nENTRYPOINT ["sleep", "infinity"]\n' | docker image build -q -t mine -
docker container run -dit --name other mine
