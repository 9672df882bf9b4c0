using System.Globalization;
using Llamax.Runs;
using TorchSharp;

namespace Llamax.Training.Collectives;

/// <summary>
/// How this process was started: alone, by an MPI launcher (<c>mpirun</c>, <c>srun --mpi=pmix</c>, a Kubernetes MPIJob), or with
/// torchrun's variables.
/// </summary>
public static class Launch
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(5);

    /// <summary>Whether Open MPI is here, for ranks on CPUs.</summary>
    public static bool HasMpi => OpenMpi.IsInstalled;

    /// <summary>Whether NCCL is here, for ranks on CUDA devices.</summary>
    public static bool HasNccl => Nccl.IsInstalled;

    /// <summary>Which process of its machine this one is, from 0; for choosing a device.</summary>
    public static int LocalRank => Number("OMPI_COMM_WORLD_LOCAL_RANK") ?? Number("SLURM_LOCALID") ?? Number("LOCAL_RANK") ?? 0;

    /// <summary>Whether another process prints the progress.</summary>
    public static bool IsSilentRank => (Number("OMPI_COMM_WORLD_RANK") ?? Number("PMIX_RANK") ?? Number("RANK") ?? 0) > 0;

    private static bool IsMpi => Number("OMPI_COMM_WORLD_SIZE") > 1 || (Number("PMIX_RANK") is not null && Number("SLURM_NTASKS") > 1);

    private static bool IsTorchrun => Number("WORLD_SIZE") > 1;

    /// <summary>Joins the other processes of this run, if there are any; the caller disposes the result.</summary>
    /// <param name="device">Where the model is trained.</param>
    /// <param name="folder">On a disk that all processes share: where each says how far it has come.</param>
    /// <param name="end">Says why the process ends, and ends it.</param>
    /// <exception cref="RequestException">What the variables ask for is not there.</exception>
    public static ICollective Join(torch.Device device, string folder, Action<string> end)
    {
        var isCuda = device.type == DeviceType.CUDA;
        if (IsMpi)
        {
            var mpi = new OpenMpi();
            var watch = new RankWatch(folder, mpi.Rank, mpi.Size, end);
            return isCuda ? new NcclRanks(mpi.Rank, mpi.Size, message => mpi.Exchange(message), mpi.End, watch) : new MpiRanks(mpi, watch);
        }

        if (!IsTorchrun)
            return new SoleRank();
        if (!isCuda)
        {
            throw new RequestException(
                "WORLD_SIZE asks for several processes on CPUs", "the environment",
                "start them with mpirun -n N, or use --set device=cuda");
        }

        var (rank, size, port) = (Needed("RANK"), Needed("WORLD_SIZE"), Needed("MASTER_PORT"));
        var host = Environment.GetEnvironmentVariable("MASTER_ADDR") ?? throw Missing("MASTER_ADDR");
        var rendezvous = new TcpRendezvous(rank, size, host, port, StartPatience);
        return new NcclRanks(rank, size, message => rendezvous.Exchange(message), rendezvous.Dispose, new RankWatch(folder, rank, size, end));
    }

    private static int Needed(string variable) => Number(variable) ?? throw Missing(variable);

    private static RequestException Missing(string variable) =>
        new($"{variable} is not set or is no number", "the environment", "set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT, or none");

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
