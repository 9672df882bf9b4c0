using System.Globalization;

namespace Llamax.Corpus.Reading;

/// <summary>
/// What a file says about a pair or a line besides its text: scores, identifiers, reasons. Names are those of the file (the number of
/// the column, from 1, in a TSV without a header), values are text as it stands there.
/// </summary>
/// <param name="names">Shared by all lines of a file where they are the same.</param>
/// <param name="values">One for each name.</param>
public sealed class ExtraColumns(IReadOnlyList<string> names, IReadOnlyList<string> values) : IEquatable<ExtraColumns>
{
    public IReadOnlyList<string> Names { get; } = names;

    public IReadOnlyList<string> Values { get; } = names.Count == values.Count
        ? values
        : throw new ArgumentException($"{values.Count} values for {names.Count} names.", nameof(values));

    /// <summary>The value of a column; null where there is no such column.</summary>
    public string? this[string name]
    {
        get
        {
            for (var i = 0; i < Names.Count; i++)
                if (Names[i] == name)
                    return Values[i];
            return null;
        }
    }

    /// <summary>The value of a column as a number; null where there is no such column, or no number in it.</summary>
    public double? Number(string name) =>
        double.TryParse(this[name], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>These columns and one more, or with another value where there is one of this name.</summary>
    public static ExtraColumns With(ExtraColumns? columns, string name, string value)
    {
        if (columns is null)
            return new([name], [value]);
        var place = columns.Names.Index().FirstOrDefault(item => item.Item == name, (Index: -1, Item: "")).Index;
        return place < 0
            ? new([.. columns.Names, name], [.. columns.Values, value])
            : new(columns.Names, [.. columns.Values.Select((old, i) => i == place ? value : old)]);
    }

    public bool Equals(ExtraColumns? other) =>
        other is not null && Names.SequenceEqual(other.Names) && Values.SequenceEqual(other.Values);

    public override bool Equals(object? obj) => Equals(obj as ExtraColumns);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var value in Values)
            hash.Add(value);
        return hash.ToHashCode();
    }

    public override string ToString() => string.Join(", ", Names.Zip(Values, (name, value) => $"{name}={value}"));
}
