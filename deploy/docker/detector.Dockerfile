# docker build -f deploy/docker/detector.Dockerfile -t saker-detector .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Detector -c Release -r linux-x64 --no-self-contained -p:PublishReadyToRun=true -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
RUN apt-get update && apt-get install -y --no-install-recommends libbpf1 && rm -rf /var/lib/apt/lists/*
COPY --from=build /app /app
COPY config /etc/saker
ENTRYPOINT ["/app/saker-detector", "--config", "/etc/saker/detector.yaml"]
