using System.Text.Json;
using System.Text.Json.Serialization;

namespace Llamax.Corpus;

/// <summary>The kinds as files and manifests spell them: mono, parallel, augmented, pivot, sft, preference.</summary>
public static class EntryKindNames
{
    private static readonly string[] _names = ["mono", "parallel", "augmented", "pivot", "sft", "preference"];

    public static string Of(EntryKind kind) => _names[(int)kind];

    public static bool TryParse(string name, out EntryKind kind)
    {
        var index = Array.IndexOf(_names, name);
        kind = (EntryKind)Math.Max(index, 0);
        return index >= 0;
    }

    internal sealed class JsonConverter : JsonConverter<EntryKind>
    {
        public override EntryKind Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.GetString() ?? "", out var kind) ? kind : throw new JsonException("unknown kind of entry");

        public override void Write(Utf8JsonWriter writer, EntryKind value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Of(value));
    }
}
