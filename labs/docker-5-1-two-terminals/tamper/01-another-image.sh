# A container into which somebody can type, of an image that is only made from ubuntu.
printf 'FROM ubuntu\nENTRYPOINT ["sleep", "infinity"]\n' | docker image build -q -t mine -
docker container run -dit --name other mine
