using System.Globalization;

namespace Llamax.Corpus.Packing;

/// <summary>Where the text of a packed document comes from.</summary>
/// <param name="File">A file, or what generated it.</param>
/// <param name="Line">Line, or number of what was generated; of joined lines the first. Null = the file as a whole.</param>
/// <param name="Lines">Entries of the built set in it: more than one where monolingual lines were joined.</param>
public readonly record struct DocumentOrigin(string File, long? Line, int Lines)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{File}{(Line is null ? "" : $":{Line}")}{(Lines > 1 ? $" and {Lines - 1} more lines" : "")}");

    internal static DocumentOrigin Parse(string origin, int lines)
    {
        var colon = origin.LastIndexOf(':');
        return colon > 0 && long.TryParse(origin.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var line)
            && line < long.MaxValue
            ? new(origin[..colon], line, lines)
            : new(origin, null, lines);
    }
}
