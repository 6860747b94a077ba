using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Saker.Detector.Containers;

/// <summary>
/// A container's record as events carry it: an object <c>container</c> in JSON. What is missing, null or of another type has
/// its empty value; a record without an id or a type, or text that is no JSON, is damaged.
/// </summary>
internal static class ContainerJson
{
    /// <summary>Labels, mounts, ports and variables that are taken over, of each at most so many.</summary>
    public const int MaxEntries = 4096;

    private const int MaxDepth = 16;
    private static readonly JsonReaderOptions reading = new() { MaxDepth = MaxDepth };
    private static readonly JsonWriterOptions writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a record; the final zero byte may be there or not. Null when it is damaged.</summary>
    public static ContainerRecord? Read(ReadOnlySpan<byte> json)
    {
        json = Events.EventView.CutAtZero(json);
        try
        {
            var reader = new Utf8JsonReader(json, reading);
            using var document = JsonDocument.ParseValue(ref reader);
            return Get(document.RootElement, "container") is { ValueKind: JsonValueKind.Object } container ? Record(container) : null;
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException)
        {
            return null; // InvalidOperationException: a text that is no UTF-16 when it is unescaped
        }
    }

    /// <summary>Writes a record, without a final zero byte.</summary>
    public static byte[] Write(ContainerRecord record)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, writing))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("container"u8);
            WriteTexts(writer, record);
            WriteNumbers(writer, record);
            WriteLists(writer, record);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static ContainerRecord? Record(JsonElement container)
    {
        var id = Text(container, "id");
        if (id.Length == 0 || Get(container, "type") is not { ValueKind: JsonValueKind.Number } type || !type.TryGetInt32(out var number))
        {
            return null;
        }

        return new ContainerRecord
        {
            Id = id,
            FullId = Text(container, "full_id"),
            Type = (ContainerType)number,
            Name = Text(container, "name"),
            Image = Text(container, "image"),
            ImageId = Text(container, "imageid"),
            ImageRepository = Text(container, "imagerepo"),
            ImageTag = Text(container, "imagetag"),
            ImageDigest = Text(container, "imagedigest"),
            User = Text(container, "User"),
            Ip = Text(container, "ip"),
            CniJson = Text(container, "cni_json"),
            PodSandboxId = Text(container, "pod_sandbox_id"),
            IsPodSandbox = Flag(container, "is_pod_sandbox"),
            Privileged = Flag(container, "privileged"),
            HostPid = Flag(container, "host_pid"),
            HostNetwork = Flag(container, "host_network"),
            HostIpc = Flag(container, "host_ipc"),
            CreatedTime = Number(container, "created_time"),
            Labels = Labels(container, "labels"),
            PodSandboxLabels = Labels(container, "pod_sandbox_labels"),
            Mounts = [.. Objects(container, "Mounts").Select(static mount => new ContainerMount(
                Text(mount, "Source"), Text(mount, "Destination"), Text(mount, "Mode"), Flag(mount, "RW"), Text(mount, "Propagation")))],
            Ports = [.. Objects(container, "port_mappings").Select(static port => new ContainerPort(
                (uint)Number(port, "HostIp"), (int)Number(port, "HostPort"), (int)Number(port, "ContainerPort")))],
            Environment = [.. Items(container, "env").Where(static item => item.ValueKind == JsonValueKind.String).Select(static item => item.GetString()!)],
            CpuQuota = Number(container, "cpu_quota"),
            CpuPeriod = Number(container, "cpu_period"),
            CpuShares = Number(container, "cpu_shares"),
            CpuSetCount = (int)Number(container, "cpuset_cpu_count"),
            MemoryLimit = Number(container, "memory_limit"),
            SwapLimit = Number(container, "swap_limit"),
            Size = Number(container, "size", -1),
        };
    }

    private static JsonElement? Get(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out var value) ? value : null;

    private static string Text(JsonElement element, string key) =>
        Get(element, key) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    private static bool Flag(JsonElement element, string key) => Get(element, key) is { ValueKind: JsonValueKind.True };

    private static long Number(JsonElement element, string key, long absent = 0) =>
        Get(element, key) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : absent;

    private static IEnumerable<JsonElement> Items(JsonElement element, string key) =>
        Get(element, key) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray().Take(MaxEntries) : [];

    private static IEnumerable<JsonElement> Objects(JsonElement element, string key) =>
        Items(element, key).Where(static item => item.ValueKind == JsonValueKind.Object);

    private static KeyValuePair<string, string>[] Labels(JsonElement element, string key)
    {
        if (Get(element, key) is not { ValueKind: JsonValueKind.Object } labels)
        {
            return [];
        }

        return
        [
            .. labels.EnumerateObject().Take(MaxEntries)
                .Where(static label => label.Value.ValueKind == JsonValueKind.String)
                .Select(static label => KeyValuePair.Create(label.Name, label.Value.GetString()!))
                .OrderBy(static label => label.Key, StringComparer.Ordinal),
        ];
    }

    private static void WriteTexts(Utf8JsonWriter writer, ContainerRecord record)
    {
        writer.WriteString("id"u8, record.Id);
        writer.WriteString("full_id"u8, record.FullId);
        writer.WriteString("name"u8, record.Name);
        writer.WriteString("image"u8, record.Image);
        writer.WriteString("imageid"u8, record.ImageId);
        writer.WriteString("imagerepo"u8, record.ImageRepository);
        writer.WriteString("imagetag"u8, record.ImageTag);
        writer.WriteString("imagedigest"u8, record.ImageDigest);
        writer.WriteString("User"u8, record.User);
        writer.WriteString("ip"u8, record.Ip);
        writer.WriteString("cni_json"u8, record.CniJson);
        writer.WriteString("pod_sandbox_id"u8, record.PodSandboxId);
    }

    private static void WriteNumbers(Utf8JsonWriter writer, ContainerRecord record)
    {
        writer.WriteNumber("type"u8, (int)record.Type);
        writer.WriteBoolean("is_pod_sandbox"u8, record.IsPodSandbox);
        writer.WriteBoolean("privileged"u8, record.Privileged);
        writer.WriteBoolean("host_pid"u8, record.HostPid);
        writer.WriteBoolean("host_network"u8, record.HostNetwork);
        writer.WriteBoolean("host_ipc"u8, record.HostIpc);
        writer.WriteNumber("created_time"u8, record.CreatedTime);
        writer.WriteNumber("cpu_quota"u8, record.CpuQuota);
        writer.WriteNumber("cpu_period"u8, record.CpuPeriod);
        writer.WriteNumber("cpu_shares"u8, record.CpuShares);
        writer.WriteNumber("cpuset_cpu_count"u8, record.CpuSetCount);
        writer.WriteNumber("memory_limit"u8, record.MemoryLimit);
        writer.WriteNumber("swap_limit"u8, record.SwapLimit);
        writer.WriteNumber("size"u8, record.Size);
    }

    private static void WriteLists(Utf8JsonWriter writer, ContainerRecord record)
    {
        WriteLabels(writer, "labels", record.Labels);
        WriteLabels(writer, "pod_sandbox_labels", record.PodSandboxLabels);
        writer.WriteStartArray("env"u8);
        foreach (var variable in record.Environment)
        {
            writer.WriteStringValue(variable);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("Mounts"u8);
        foreach (var mount in record.Mounts)
        {
            writer.WriteStartObject();
            writer.WriteString("Source"u8, mount.Source);
            writer.WriteString("Destination"u8, mount.Destination);
            writer.WriteString("Mode"u8, mount.Mode);
            writer.WriteBoolean("RW"u8, mount.IsWritable);
            writer.WriteString("Propagation"u8, mount.Propagation);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("port_mappings"u8);
        foreach (var port in record.Ports)
        {
            writer.WriteStartObject();
            writer.WriteNumber("HostIp"u8, port.HostIp);
            writer.WriteNumber("HostPort"u8, port.HostPort);
            writer.WriteNumber("ContainerPort"u8, port.Port);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteLabels(Utf8JsonWriter writer, string key, IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        writer.WriteStartObject(key);
        foreach (var (name, value) in labels)
        {
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
    }
}
