using Llamax.Runs;
using Parquet;

namespace Llamax.Corpus.Statistics;

/// <summary>Tells a built training set from a Parquet file of sentence pairs.</summary>
public static class BuiltSets
{
    /// <summary>Whether the file is Parquet with the columns of a built set.</summary>
    /// <exception cref="RequestException">It is called Parquet and is none.</exception>
    public static bool IsOne(string path)
    {
        if (!path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) || !File.Exists(path))
            return false;
        try
        {
            return HasSegments(path).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new RequestException($"this is no Parquet file ({error.Message})", path, "write it again", error);
        }
    }

    private static async Task<bool> HasSegments(string path)
    {
        await using var reader = await ParquetReader.CreateAsync(path).ConfigureAwait(false);
        var columns = reader.Schema.Fields.Select(field => field.Name).ToList();
        return columns.Contains("kind") && columns.Contains("segments");
    }
}
