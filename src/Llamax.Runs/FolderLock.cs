namespace Llamax.Runs;

/// <summary>Keeps a second run out of a folder. The system releases it even when the process is killed.</summary>
public sealed class FolderLock : IDisposable
{
    private readonly FileStream _stream;

    /// <summary>Makes the folder where it is missing, and locks it.</summary>
    /// <exception cref="RequestException">Another run works in this folder, or it cannot be written.</exception>
    public FolderLock(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            _stream = new FileStream(
                Path.Combine(folder, "run.lock"),
                FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RequestException(
                $"the folder cannot be locked: {failure.Message}", folder,
                "check that no other run works in this folder and that you may write to it", failure);
        }
    }

    public void Dispose() => _stream.Dispose();
}
