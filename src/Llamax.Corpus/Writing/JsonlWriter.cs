using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Writing;

/// <summary>An object a line: the texts, then the further columns, as numbers where they are written like numbers.</summary>
internal sealed partial class JsonlWriter(Stream stream, IReadOnlyList<string> names) : RecordWriter
{
    // Letters of all scripts as they are; only what JSON forbids is escaped.
    private readonly Utf8JsonWriter _json = new(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public override string? Write(ReadOnlySpan<string> texts, ExtraColumns? columns)
    {
        if (columns is not null && FixedColumns.Repeated([.. names, .. columns.Names]) is { } repeated)
            return repeated;
        _json.WriteStartObject();
        for (var i = 0; i < texts.Length; i++)
            _json.WriteString(names[i], texts[i]);
        for (var i = 0; i < columns?.Names.Count; i++)
        {
            _json.WritePropertyName(columns.Names[i]);
            if (Number().IsMatch(columns.Values[i]))
                _json.WriteRawValue(columns.Values[i]);
            else
                _json.WriteStringValue(columns.Values[i]);
        }

        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        stream.WriteByte((byte)'\n');
        return null;
    }

    public override void Dispose()
    {
        _json.Dispose();
        base.Dispose();
    }

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z")]
    private static partial Regex Number();
}
