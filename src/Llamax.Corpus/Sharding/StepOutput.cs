using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Llamax.Corpus.Reading;
using Llamax.Corpus.Writing;
using Llamax.Runs;

namespace Llamax.Corpus.Sharding;

/// <summary>Writes what a step kept and, where asked for, what it removed.</summary>
internal static class StepOutput
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="request">Where to.</param>
    /// <param name="parts">The whole corpus.</param>
    /// <param name="refused">Counts the pairs that the output's format cannot hold.</param>
    public static void Write(StepRequest request, IEnumerable<JudgedPart> parts, MalformedLines refused)
    {
        if (request.Rejected is null)
            Write(request, parts, refused, null);
        else
            AtomicFile.Write(request.Rejected, rejected => Write(request, parts, refused, rejected));
    }

    private static void Write(StepRequest request, IEnumerable<JudgedPart> parts, MalformedLines refused, Stream? rejected)
    {
        using var json = rejected is null ? null : new Utf8JsonWriter(rejected, Relaxed);
        if (request.IsParallel)
            CorpusOutput.WritePairs(request.Output, refused, Through);
        else
            CorpusOutput.WriteLines(request.Output, refused, write =>
                Through(pair => write(new(pair.Source, pair.Origin) { Columns = pair.Columns })));

        void Through(Action<SentencePair> write)
        {
            foreach (var part in parts)
            {
                foreach (var pair in part.Kept)
                    write(pair);
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
        for (var i = 0; i < removed.Pair.Columns?.Names.Count; i++)
            json.WriteString(removed.Pair.Columns.Names[i], removed.Pair.Columns.Values[i]);
        json.WriteEndObject();
    }

    /// <summary>An origin without a line number is a file as a whole, line 0.</summary>
    private static (string File, long Line) FileAndLine(string origin)
    {
        var colon = origin.LastIndexOf(':');
        return colon > 0 && long.TryParse(origin.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var line)
            ? (origin[..colon], line)
            : (origin, 0);
    }
}
