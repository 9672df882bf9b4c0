using System.Text.Json;
using Llamax.Runs;

namespace Llamax.Evaluation.Reporting;

/// <summary>Files of JSON lines that another process may be writing: a last line that has no end yet is not read.</summary>
internal static class LogLines
{
    /// <summary>What <paramref name="read"/> makes of each line; none where there is no file.</summary>
    /// <exception cref="RequestException">A line is not what <paramref name="read"/> expects.</exception>
    public static List<T> Read<T>(string path, string what, Func<JsonElement, T> read)
    {
        var results = new List<T>();
        if (!File.Exists(path))
            return results;
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var lines = reader.ReadToEnd().Split('\n');
        for (var i = 0; i < lines.Length - 1; i++)
        {
            try
            {
                using var json = JsonDocument.Parse(lines[i]);
                results.Add(read(json.RootElement));
            }
            catch (Exception failure)
                when (failure is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
            {
                throw new RequestException($"not {what}: {failure.Message}", $"{path}, line {i + 1}", "delete the line", failure);
            }
        }

        return results;
    }
}
