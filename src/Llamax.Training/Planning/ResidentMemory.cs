using System.Globalization;

namespace Llamax.Training.Planning;

/// <summary>The memory that this process really holds, and the most that it has held (Linux; elsewhere what it holds now).</summary>
public static class ResidentMemory
{
    private const string Status = "/proc/self/status";
    private const string PeakField = "VmHWM:";

    /// <summary>Bytes held now.</summary>
    public static long Now => Environment.WorkingSet;

    /// <summary>Bytes held at most since <see cref="ForgetPeak"/>, or since the process began.</summary>
    public static long Peak
    {
        get
        {
            var line = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(PeakField, StringComparison.Ordinal)) : null;
            return line is null ? Now
                : long.Parse(line.AsSpan(PeakField.Length).Trim(" \tkB"), CultureInfo.InvariantCulture) << 10;
        }
    }

    /// <summary>Lets <see cref="Peak"/> begin again; a system that forbids it keeps the peak of the whole process.</summary>
    public static void ForgetPeak()
    {
        const string Marks = "/proc/self/clear_refs";
        if (!File.Exists(Marks))
            return;
        try
        {
            File.WriteAllText(Marks, "5");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Some containers forbid it: the peak then counts what came before, which is more and never less.
        }
    }
}
