namespace Llamax.Corpus.Reading;

/// <summary>How corpora are written down.</summary>
public enum CorpusFormat
{
    /// <summary>A sentence or document a line; two such files, parallel by line, are Moses pairs.</summary>
    Text,

    /// <summary>Columns divided by tabs, without quoting.</summary>
    Tsv,

    /// <summary>A JSON object a line.</summary>
    Jsonl,

    /// <summary>Columns in row groups.</summary>
    Parquet,

    /// <summary>Translation Memory eXchange 1.4.</summary>
    Tmx,

    /// <summary>XML Localisation Interchange File Format 1.2 and 2.x.</summary>
    Xliff,
}

/// <summary>Formats by the endings of file names.</summary>
internal static class CorpusFormats
{
    /// <summary>The format that a name says, behind <c>.gz</c> or <c>.zst</c>; text where it says none.</summary>
    public static CorpusFormat OfName(string path) => Path.GetExtension(WithoutCompression(path)).ToLowerInvariant() switch
    {
        ".tsv" or ".tab" => CorpusFormat.Tsv,
        ".jsonl" or ".ndjson" => CorpusFormat.Jsonl,
        ".parquet" => CorpusFormat.Parquet,
        ".tmx" => CorpusFormat.Tmx,
        ".xlf" or ".xliff" => CorpusFormat.Xliff,
        _ => CorpusFormat.Text,
    };

    public static string WithoutCompression(string path) => IsGzip(path) ? path[..^3] : IsZstandard(path) ? path[..^4] : path;

    public static bool IsGzip(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    public static bool IsZstandard(string path) => path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase);
}
