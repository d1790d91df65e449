# An image built from a Dockerfile with COPY, whose command succeeds without output.
mkdir -p ~/greeter
cd ~/greeter
printf 'FROM ubuntu\nCOPY Dockerfile /\nENTRYPOINT ["true"]\n' > Dockerfile
docker image build -q -t greeter:1.0 .
