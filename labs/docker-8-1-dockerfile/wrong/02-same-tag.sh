# The new version has taken the old one's name as well.
cd ~/greeter
sed -i 's/^RUN/ENV NAME=Ada\nRUN/' Dockerfile
docker image build -t greeter:1.0 -t greeter:1.1 .
