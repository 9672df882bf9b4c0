using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Corpus.Sharding;

/// <summary>Writes what a step kept and, where asked for, what it removed.</summary>
internal static class StepOutput
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(StepRequest request, IEnumerable<JudgedPart> parts) =>
        AtomicFile.Write(request.Output, output =>
        {
            if (request.Rejected is null)
                Write(request, parts, output, null);
            else
                AtomicFile.Write(request.Rejected, rejected => Write(request, parts, output, rejected));
        });

    private static void Write(StepRequest request, IEnumerable<JudgedPart> parts, Stream output, Stream? rejected)
    {
        using var texts = new StreamWriter(output, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        using var json = rejected is null ? null : new Utf8JsonWriter(rejected, Relaxed);
        foreach (var part in parts)
        {
            foreach (var pair in part.Kept)
                WriteKept(texts, pair, request.IsParallel);
            if (json is null)
                continue;
            foreach (var pair in part.Removed)
            {
                WriteRemoved(json, pair, request.IsParallel);
                json.Flush();
                json.Reset();
                rejected!.WriteByte((byte)'\n');
            }
        }
    }

    private static void WriteKept(StreamWriter texts, in SentencePair pair, bool isParallel)
    {
        ThrowIfDivided(pair.Source, pair.Origin, isParallel);
        texts.Write(pair.Source);
        if (isParallel)
        {
            ThrowIfDivided(pair.Target, pair.Origin, isParallel);
            texts.Write('\t');
            texts.Write(pair.Target);
        }

        texts.Write('\n');
    }

    private static void ThrowIfDivided(string text, string origin, bool isParallel)
    {
        if (text.AsSpan().IndexOfAny('\n', '\t') is >= 0 and var place && (isParallel || text[place] == '\n'))
            throw new RequestException(
                "a tab or a line end inside a text cannot be written as a line", origin, "clean the corpus first, with whitespace: true");
    }

    private static void WriteRemoved(Utf8JsonWriter json, in RemovedPair removed, bool isParallel)
    {
        var (file, line) = FileAndLine(removed.Pair.Origin);
        json.WriteStartObject();
        json.WriteString("reason", removed.Reason);
        if (removed.Detail.Length > 0)
            json.WriteString("detail", removed.Detail);
        json.WriteString("file", file);
        json.WriteNumber("line", line);
        json.WriteString(isParallel ? "source" : "text", removed.Pair.Source);
        if (isParallel)
            json.WriteString("target", removed.Pair.Target);
        json.WriteEndObject();
    }

    /// <summary>An origin without a line number is a file as a whole, line 0.</summary>
    internal static (string File, long Line) FileAndLine(string origin)
    {
        var colon = origin.LastIndexOf(':');
        return colon > 0 && long.TryParse(
            origin.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var line)
            ? (origin[..colon], line)
            : (origin, 0);
    }
}
