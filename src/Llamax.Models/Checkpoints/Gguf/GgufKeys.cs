using System.Globalization;
using Llamax.Runs;

namespace Llamax.Models.Checkpoints.Gguf;

/// <summary>The keys of a GGUF file's architecture, read with their types and ranges checked.</summary>
/// <param name="file">The file.</param>
/// <param name="prefix">The architecture, which begins its keys.</param>
internal sealed class GgufKeys(GgufFile file, string prefix)
{
    public int Integer(string key) => OptionalInteger(key) ?? throw Wrong(key, "is missing");

    public int? OptionalInteger(string key) => Find(key) switch
    {
        null => null,
        uint number when number <= int.MaxValue => (int)number,
        int number and >= 0 => number,
        ulong number when number <= int.MaxValue => (int)number,
        ushort number => number,
        byte number => number,
        var value => throw Wrong(key, $"is {Shown(value)}, and must be a whole number"),
    };

    /// <summary>A number; of a float32 the shortest decimal that means it, so that 1e-5 stays 1e-5.</summary>
    public double? Number(string key) => Find(key) switch
    {
        null => null,
        float number => double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        double number => number,
        var value => throw Wrong(key, $"is {Shown(value)}, and must be a number"),
    };

    public string? Word(string key) => Find(key) switch
    {
        null => null,
        string word => word,
        var value => throw Wrong(key, $"is {Shown(value)}, and must be a string"),
    };

    public bool? Flag(string key) => Find(key) switch
    {
        null => null,
        bool flag => flag,
        var value => throw Wrong(key, $"is {Shown(value)}, and must be true or false"),
    };

    /// <summary>The values of an array; null where there is none.</summary>
    public T[]? Many<T>(string key) => Find(key) switch
    {
        null => null,
        T[] values => values,
        var value => throw Wrong(key, $"is {Shown(value)}, and must be an array of {typeof(T).Name}"),
    };

    public RequestException Wrong(string key, string what) =>
        new($"{Full(key)} {what}", file.Path, "convert the model again with a current program");

    // Keys that begin with another room's name are read as they stand.
    private string Full(string key) => key.StartsWith("tokenizer.", StringComparison.Ordinal)
        || key.StartsWith("general.", StringComparison.Ordinal)
        || key.StartsWith("llamax.", StringComparison.Ordinal) ? key : $"{prefix}.{key}";

    private object? Find(string key) => file.Metadata.GetValueOrDefault(Full(key));

    private static string Shown(object value) =>
        value is Array array ? $"an array of {array.Length}" : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
